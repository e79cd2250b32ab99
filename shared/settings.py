"""Every environment variable is read here and nowhere else. Secrets may come by `NAME_FILE`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from shared.clock import Clock, FileClock, SystemClock

Network = IPv4Network | IPv6Network

SERVICES = ("orders", "volunteers", "events", "reports")


class MissingSetting(Exception):
    """A setting without default is not in the environment, or one is not among its values."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one process of one service is told by its environment."""

    service: str  # orders, volunteers, events or reports
    mongo_url: str = field(repr=False)  # MONGO_URL: of the replica set, with credentials
    mongo_database: str  # MONGO_DATABASE: default shijian_<service>
    amqp_url: str = field(repr=False)  # AMQP_URL
    urls: dict[str, str]  # ORDERS_URL …: base URL of each service, for its feed
    public_url: str = ""  # PUBLIC_URL: where outsiders reach this service; else its own URL
    service_key: str = field(repr=False)  # SERVICE_KEY: our key at the others' feeds
    clients_file: Path  # CLIENTS_FILE: who may call, keys hashed
    personal_keys_file: Path | None = None  # PERSONAL_KEYS_FILE: master keys of personal data
    clock: Clock  # CLOCK_FILE: only the local default sets it
    body_limit: int  # BODY_LIMIT: bytes of a request body
    rate_per_second: float  # RATE_PER_SECOND: requests a second, for each client and process
    check_seconds: float  # CHECK_SECONDS: how often a consumer compares itself with the feeds
    stale_seconds: float  # STALE_SECONDS: age of outbox or worker at which we are not ready
    log_level: str  # LOG_LEVEL
    open311_jurisdiction: str = "xinpu"  # OPEN311_JURISDICTION: the one that is served
    second_person_proved: bool = False  # SECOND_PERSON: proved, or as clients tell
    smallest_cell: int = 5  # SMALLEST_CELL: files of reports hide numbers of fewer residents
    webhook_networks: tuple[Network, ...] = ()  # WEBHOOK_NETWORKS: not public, yet may be told
    broker_admin_url: str = field(default="", repr=False)  # BROKER_ADMIN_URL: management API
    amqp_public_url: str = ""  # AMQP_PUBLIC_URL: where subscribers reach the broker
    oidc_issuer: str = ""  # OIDC_ISSUER: whose tokens are known here; as `iss` has it
    oidc_jwks_url: str = ""  # OIDC_JWKS_URL: its keys, where its discovery does not say
    oidc_audience: str = ""  # OIDC_AUDIENCE: bearer tokens of this `aud` are for our APIs
    oidc_client_id: str = ""  # OIDC_CLIENT_ID: as which people sign in on the dashboard
    oidc_client_secret: str = field(default="", repr=False)  # OIDC_CLIENT_SECRET
    oidc_access_file: Path | None = None  # OIDC_ACCESS_FILE: who of them may do what, where
    report_template: Path | None = None  # REPORT_TEMPLATE: a DOCX whose styles reports take over

    @classmethod
    def read(cls, service: str, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment. Raises MissingSetting naming the variable."""
        get = _Reader(environ)
        clock_file = environ.get("CLOCK_FILE")
        template = get.optional("REPORT_TEMPLATE", "")
        urls = {name: get.required(f"{name.upper()}_URL").rstrip("/") for name in SERVICES}
        access = get.optional("OIDC_ACCESS_FILE", "")
        personal_keys = get.optional("PERSONAL_KEYS_FILE", "")
        return cls(
            service=service,
            mongo_url=get.required("MONGO_URL"),
            mongo_database=get.optional("MONGO_DATABASE", f"shijian_{service}"),
            amqp_url=get.required("AMQP_URL"),
            urls=urls,
            public_url=get.optional("PUBLIC_URL", urls[service]).rstrip("/"),
            service_key=get.required("SERVICE_KEY"),
            clients_file=Path(get.required("CLIENTS_FILE")),
            personal_keys_file=Path(personal_keys) if personal_keys else None,
            clock=FileClock(Path(clock_file)) if clock_file else SystemClock(),
            body_limit=int(get.optional("BODY_LIMIT", str(256 * 1024))),
            rate_per_second=float(get.optional("RATE_PER_SECOND", "2000")),
            check_seconds=float(get.optional("CHECK_SECONDS", "60")),
            stale_seconds=float(get.optional("STALE_SECONDS", "60")),
            log_level=get.optional("LOG_LEVEL", "INFO"),
            open311_jurisdiction=get.optional("OPEN311_JURISDICTION", "xinpu"),
            second_person_proved=get.one_of("SECOND_PERSON", "told", "proved") == "proved",
            smallest_cell=int(get.optional("SMALLEST_CELL", "5")),
            webhook_networks=tuple(
                ip_network(each.strip())
                for each in get.optional("WEBHOOK_NETWORKS", "").split(",")
                if each.strip()
            ),
            broker_admin_url=get.optional("BROKER_ADMIN_URL", "").rstrip("/"),
            amqp_public_url=get.optional("AMQP_PUBLIC_URL", ""),
            oidc_issuer=get.optional("OIDC_ISSUER", ""),
            oidc_jwks_url=get.optional("OIDC_JWKS_URL", ""),
            oidc_audience=get.optional("OIDC_AUDIENCE", ""),
            oidc_client_id=get.optional("OIDC_CLIENT_ID", ""),
            oidc_client_secret=get.optional("OIDC_CLIENT_SECRET", ""),
            oidc_access_file=Path(access) if access else None,
            report_template=Path(template) if template else None,
        )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def required(self, name: str) -> str:
        value = self.optional(name, "")
        if not value:
            raise MissingSetting(f"set {name} or {name}_FILE in the environment")
        return value

    def one_of(self, name: str, default: str, other: str) -> str:
        value = self.optional(name, default)
        if value not in (default, other):
            raise MissingSetting(f"{name} is {default} or {other}, not {value}")
        return value

    def optional(self, name: str, default: str) -> str:
        path = self._environ.get(f"{name}_FILE")
        if path:
            return Path(path).read_text().strip()
        return self._environ.get(name) or default
