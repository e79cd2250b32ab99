"""Sends one request to an address that a client has named, and to no other.

The address is looked up, checked and connected to as one: a name can't lead elsewhere in between.
Redirects are not followed. Addresses within are refused unless the operator allows their network.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

TIMEOUT = urllib3.Timeout(connect=3.0, read=10.0)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The address may not be asked, or is none."""


@dataclass(frozen=True)
class Answer:
    """`status` 0 where nobody answered; `error` says why."""

    status: int
    error: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


class Sender:
    """`allowed`: networks that may be asked although they are not public."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises for what the other side does."""
        try:
            address = self.address_of(url)
        except Refused as refused:
            return Answer(0, str(refused))
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {**headers, "Host": parts.netloc, "Content-Type": "application/cloudevents+json"}
        try:
            with _pool(parts.scheme, address, parts.hostname or "", parts.port) as pool:
                answer = pool.request(
                    "POST", path, body=body, headers=sent, redirect=False, preload_content=False
                )
                answer.close()
                return Answer(answer.status, "" if answer.status < 300 else str(answer.status))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(0, type(error).__name__)

    def address_of(self, url: str) -> Address:
        """The address that a request goes to. Raises Refused."""
        parts = urlsplit(url)
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, ValueError, UnicodeError):
            raise Refused("the name of the host can't be resolved") from None
        addresses = [ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found]
        if not addresses or not all(map(self._may_be_asked, addresses)):
            raise Refused("the address is not a public one; the operator allows networks")
        return addresses[0]

    def _may_be_asked(self, address: Address) -> bool:
        inner = getattr(address, "ipv4_mapped", None) or address
        if any(inner in network for network in self._allowed if network.version == inner.version):
            return True
        return bool(inner.is_global and not inner.is_multicast)


def _pool(scheme: str, address: Address, host: str, port: int | None) -> urllib3.HTTPConnectionPool:
    if scheme == "https":
        return urllib3.HTTPSConnectionPool(
            str(address),
            port or 443,
            timeout=TIMEOUT,
            retries=False,
            assert_hostname=host,
            server_hostname=host,
        )
    return urllib3.HTTPConnectionPool(str(address), port or 80, timeout=TIMEOUT, retries=False)
