"""RabbitMQ's management API, as far as subscribers' users and queues need it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import urllib3

from services.reports.queues.passwords import ALGORITHM

TIMEOUT = urllib3.Timeout(connect=2.0, read=10.0)
PAGE = 500
CONNECTIONS = 5  # of a subscriber at once
CHANNELS = 20
NOTHING = "^$"
LIMITS = {"max-connections": CONNECTIONS, "max-channels": CHANNELS}


class AdministrationFailed(OSError):
    """The broker's management API can't be reached, or refuses."""


@dataclass(frozen=True)
class BrokerUser:
    """A user as the broker has it. Equal to another: nothing needs to be done."""

    password_hash: str
    tags: tuple[str, ...] = ()
    limits: tuple[tuple[str, int], ...] = tuple(sorted(LIMITS.items()))
    permissions: tuple[tuple[str, str, str, str], ...] = ()
    """Virtual host, and what may be configured, written and read there."""


@dataclass(frozen=True)
class Held:
    """What a queue holds, some seconds late."""

    ready: int
    unacknowledged: int
    consumers: int


class Administration:
    """One for a process; by the credential in its URL, of a user with the tag `administrator`."""

    def __init__(self, url: str, amqp_url: str) -> None:
        """`amqp_url`: the services', for its virtual host."""
        self._url = url
        self._amqp_url = amqp_url
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, maxsize=2)

    @cached_property
    def virtual_host(self) -> str:
        """In which subscribers' queues are."""
        return virtual_host_of(self._amqp_url)

    @cached_property
    def _base(self) -> str:
        parts = urlsplit(self._url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}/api"

    @cached_property
    def _headers(self) -> dict[str, str]:
        parts = urlsplit(self._url)
        credential = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return dict(urllib3.make_headers(basic_auth=credential))

    def users(self, prefix: str) -> dict[str, BrokerUser]:
        """Those whose name begins so. Raises AdministrationFailed."""
        permissions: dict[str, list[tuple[str, str, str, str]]] = {}
        for row in self._ask("GET", "permissions"):
            rules = (row["vhost"], row["configure"], row["write"], row["read"])
            permissions.setdefault(row["user"], []).append(rules)
        return {
            row["name"]: BrokerUser(
                password_hash=row["password_hash"],
                tags=tuple(row["tags"] if isinstance(row["tags"], list) else [row["tags"]]),
                limits=tuple(sorted(dict(row.get("limits") or {}).items())),
                permissions=tuple(sorted(permissions.get(row["name"], []))),
            )
            for row in self._ask("GET", "users")
            if row["name"].startswith(prefix)
        }

    def queues(self, prefix: str) -> dict[str, Held]:
        """Those of the virtual host whose name begins so. Raises AdministrationFailed."""
        found: dict[str, Held] = {}
        host, pattern = quote(self.virtual_host, safe=""), quote(f"^{_literal(prefix)}", safe="")
        page = pages = 1
        while page <= pages:
            query = f"page={page}&page_size={PAGE}&name={pattern}&use_regex=true"
            answer = self._ask("GET", f"queues/{host}?{query}")
            for row in answer["items"]:
                found[row["name"]] = Held(
                    row.get("messages_ready", 0),
                    row.get("messages_unacknowledged", 0),
                    row.get("consumers", 0),
                )
            page, pages = page + 1, answer["page_count"]
        return found

    def wanted(self, name: str, password_hash: str) -> BrokerUser:
        """A user who reads the queue of its own name, and may nothing else."""
        read = f"^{_literal(name)}$"
        return BrokerUser(password_hash, permissions=((self.virtual_host, NOTHING, NOTHING, read),))

    def put_user(self, name: str, user: BrokerUser) -> None:
        """Made, or brought in line: without rights before it has its own alone.

        Raises AdministrationFailed.
        """
        at = quote(name, safe="")
        password = {"password_hash": user.password_hash, "hashing_algorithm": ALGORITHM, "tags": ""}
        self._ask("PUT", f"users/{at}", password)
        for limit, value in user.limits:
            self._ask("PUT", f"user-limits/{at}/{limit}", {"value": value})
        for host, configure, write, read in user.permissions:
            rules = {"configure": configure, "write": write, "read": read}
            self._ask("PUT", f"permissions/{quote(host, safe='')}/{at}", rules)

    def delete_user(self, name: str) -> None:
        """Also its connections end. Raises AdministrationFailed."""
        self._ask("DELETE", f"users/{quote(name, safe='')}", missing_is_well=True)
        self.disconnect(name)

    def disconnect(self, name: str) -> None:
        """Ends the connections of a user. Raises AdministrationFailed."""
        at = f"connections/username/{quote(name, safe='')}"
        self._ask("DELETE", at, missing_is_well=True)

    def _ask(self, method: str, path: str, body: Any = None, missing_is_well: bool = False) -> Any:
        sent = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        raw = json.dumps(body).encode() if body is not None else None
        try:
            answer = self._pool.request(method, f"{self._base}/{path}", body=raw, headers=sent)
            if answer.status >= 300 and not (answer.status == 404 and missing_is_well):
                what = path.split("?")[0].split("/")[0]
                raise AdministrationFailed(f"the broker answered {answer.status} to {what}")
            return json.loads(answer.data) if answer.data else None
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise AdministrationFailed(f"management API: {type(error).__name__}") from error


def virtual_host_of(amqp_url: str) -> str:
    """As kombu reads it: `…//`, `…/` and `…/%2F` all name the default one, `/`."""
    return unquote(urlsplit(amqp_url).path[1:]) or "/"


def _literal(name: str) -> str:
    """As a regular expression. Names hold letters, digits, `.`, `_` and `-` alone."""
    return name.replace(".", r"\.")
