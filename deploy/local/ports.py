"""Which ports the parts and services listen on; kept, so that addresses survive a restart."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Mapping
from pathlib import Path

LOOPBACK = "127.0.0.1"

# What is taken where it is free: the service's own port, or one above the part's usual port, so
# that a MongoDB or RabbitMQ of the machine is not in the way.
PREFERRED: Mapping[str, int] = {
    "orders": 8001,
    "volunteers": 8002,
    "events": 8003,
    "reports": 8004,
    "mongod": 27117,
    "rabbitmq": 5673,
    "rabbitmq_admin": 15673,  # management API; for the reports worker
    "rabbitmq_nodes": 25673,  # Erlang distribution; only for rabbitmqctl
    "epmd": 4370,
}

# Below Linux's range for outgoing connections (from 32768): a client that keeps trying a port from
# that range while the server is down can be given the same port as its own, connects to itself, and
# the server can't come back.
_LOWEST, _HIGHEST = 15000, 32000
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections that are only dying out don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on now.

    Raises RuntimeError when none is found, which takes thousands of listeners.
    """
    for _ in range(_TRIES):
        port = random.randint(_LOWEST, _HIGHEST)
        if is_free(port):
            return port
    raise RuntimeError(f"no free port found between {_LOWEST} and {_HIGHEST}")


def choose(kept_in: Path) -> dict[str, int]:
    """A free port for every name in PREFERRED: the last one, else the preferred one, else any."""
    last: dict[str, int] = json.loads(kept_in.read_text()) if kept_in.exists() else {}
    chosen: dict[str, int] = {}
    for name, preferred in PREFERRED.items():
        candidates = [last.get(name, preferred), preferred]
        free = [port for port in candidates if port not in chosen.values() and is_free(port)]
        chosen[name] = free[0] if free else free_port()
    kept_in.write_text(json.dumps(chosen, indent=2) + "\n")
    return chosen
