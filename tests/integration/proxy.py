"""A network that fails: bytes are held back, connections are cut or refused."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

from deploy.local.ports import LOOPBACK


class Proxy:
    """Stands between client and server: holds bytes back in one direction, cuts, refuses."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._server = socket.create_server((LOOPBACK, 0))
        self.port: int = self._server.getsockname()[1]
        self._pipes: list[_Pipe] = []
        self.refusing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self, direction: str) -> None:
        """`to-server` or `to-client`, for the connections of now; later ones are free."""
        for pipe in self._pipes:
            if pipe.direction == direction:
                pipe.free.clear()

    def let_go(self, direction: str) -> None:
        for pipe in self._pipes:
            if pipe.direction == direction:
                pipe.free.set()

    def cut(self) -> None:
        """All connections break; what was held back is lost."""
        for pipe in self._pipes:
            pipe.cut()
        self._pipes = []

    def close(self) -> None:
        self.refusing = True
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                if self.refusing:
                    client.close()
                    continue
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._pipes += [
                _Pipe(client, server, "to-server"),
                _Pipe(server, client, "to-client"),
            ]


class _Pipe:
    def __init__(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        self._source, self._sink = source, sink
        self.direction = direction
        self.free = threading.Event()
        self.free.set()
        self._broken = False
        threading.Thread(target=self._pump, daemon=True).start()

    def cut(self) -> None:
        self._broken = True
        self.free.set()
        for end in (self._source, self._sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pump(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._source.recv(65536):
                self.free.wait()
                if self._broken:
                    return
                self._sink.sendall(data)
        self.cut()


def through(proxy: Proxy, url: str, query: str) -> str:
    """The same address, with its credentials, by way of the proxy."""
    parsed = urlsplit(url)
    credentials, at, _ = parsed.netloc.rpartition("@")
    return parsed._replace(
        netloc=f"{credentials}{at}{LOOPBACK}:{proxy.port}", path=parsed.path or "/", query=query
    ).geturl()
