"""What people and systems may do whom an OpenID Connect provider knows: rules in one file.

    {"rules": [
      {"name": "leaders", "claim": "groups", "value": "street-leaders",
       "scopes": ["reports:read"], "sites": ["*"]},
      {"name": "stations", "claim": ["realm_access", "roles"], "value": "station-staff",
       "scopes": ["reports:read", "orders:*"], "sites_claim": "stations"}
    ]}

The first rule that fits decides, and no other adds to it: rights at one rule's sites never spread
to those of another.
"""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from shared.contracts.base import SiteCode
from shared.web.clients import ACCOUNT_PREFIX, Client

LOOK_SECONDS = 1.0  # how often the file's time is looked at
MOST_SITES = 1000  # of one person
_SITE: TypeAdapter[str] = TypeAdapter(SiteCode)
_UNREADABLE = (OSError, ValidationError)

Word = Annotated[str, Field(min_length=1, max_length=200)]
Claim = Word | Annotated[list[Word], Field(min_length=1, max_length=8)]
"""Name of a claim; a list leads into claims that are objects."""


class Rule(BaseModel):
    """Who has this value in this claim may do so much, at these sites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    claim: Claim
    value: Word
    scopes: Annotated[list[Word], Field(min_length=1, max_length=200)]
    sites: list[SiteCode | Literal["*"]] | None = None
    sites_claim: Claim | None = None  # where the token itself names the sites
    system: bool = False  # the token is a system's, which says by X-Person who acts

    @model_validator(mode="after")
    def _one_of_both(self) -> "Rule":
        if (self.sites is None) == (self.sites_claim is None):
            raise ValueError("a rule has either sites or sites_claim")
        return self

    def fits(self, claims: Mapping[str, Any]) -> bool:
        return self.value in _values(claims, self.claim)

    def sites_of(self, claims: Mapping[str, Any]) -> list[str]:
        """Codes of the sites; what is none in the token is left out, `*` too."""
        if self.sites_claim is None:
            return list(self.sites or ())
        return [each for each in _values(claims, self.sites_claim) if _is_site(each)][:MOST_SITES]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Annotated[list[Rule], Field(max_length=1000)]

    @model_validator(mode="after")
    def _names_once(self) -> "_File":
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules have the same name")
        return self


@dataclass(frozen=True)
class Granted:
    """What was granted to somebody when the token was read; kept with a session."""

    rule: str
    account: str  # derived from issuer and subject, so that no name is kept
    sites: tuple[str, ...]


class AccessRules:
    """The file, read again when it changes. A file that can't be read leaves what was known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rules: dict[str, Rule] = {}
        self._stamp = 0
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def grant(self, claims: Mapping[str, Any]) -> Granted | None:
        """By the first rule that fits; `iss` and `sub` of the claims say whose they are."""
        self._look()
        for rule in self._rules.values():
            if rule.fits(claims):
                account = account_of(claims["iss"], claims["sub"])
                return Granted(rule.name, account, tuple(rule.sites_of(claims)))
        return None

    def client(self, granted: Granted) -> Client | None:
        """As the rule is now: None where it is gone; its own sites count, not those of then."""
        self._look()
        rule = self._rules.get(granted.rule)
        if rule is None:
            return None
        sites = granted.sites if rule.sites_claim is not None else rule.sites or ()
        return Client(
            id=granted.account,
            name=rule.name,
            scopes=frozenset(rule.scopes),
            sites=frozenset(sites),
            person="" if rule.system else granted.account,
        )

    def _look(self) -> None:
        with self._lock:
            if time.monotonic() - self._looked < LOOK_SECONDS:
                return
            self._looked = time.monotonic()
            with suppress(*_UNREADABLE):
                stamp = self._path.stat().st_mtime_ns
                if stamp != self._stamp:
                    self._rules = read_rules(self._path)
                    self._stamp = stamp


def read_rules(path: Path) -> dict[str, Rule]:
    """By name, in their order. Raises OSError, ValidationError."""
    return {rule.name: rule for rule in _File.model_validate_json(path.read_text()).rules}


def account_of(issuer: str, subject: str) -> str:
    """A number for a person or system, always the same, that tells nothing about them."""
    both = json.dumps([issuer, subject]).encode()
    return ACCOUNT_PREFIX + hashlib.sha256(both).hexdigest()[:24]


def _values(claims: Mapping[str, Any], path: Claim) -> list[str]:
    found: Any = claims
    for name in [path] if isinstance(path, str) else path:
        found = found.get(name) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list) else [found]
    return [each for each in several if isinstance(each, str)]


def _is_site(code: str) -> bool:
    try:
        _SITE.validate_python(code)
    except ValidationError:
        return False
    return True
