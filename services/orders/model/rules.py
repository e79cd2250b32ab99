"""Rules (规则): how long the stages of an order may take; whether it is dispatched by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.orders.model.commands import AutomaticDispatch, SetRules
from services.orders.model.deadlines import Limit
from shared.contracts.base import Event

ANY = "*"


@dataclass
class Rules:
    """What holds for one site, one item, both, or (with neither) everything."""

    key: str
    site: str | None
    item: str | None
    limits: dict[str, Limit] = field(default_factory=dict)
    automatic: AutomaticDispatch | None = None
    status: str = "set"

    def set(self, command: SetRules, now: datetime) -> Sequence[Event]:
        """All of them, anew; orders that are placed already keep theirs."""
        self.limits = {
            str(name): Limit(each.working_days, each.hours) for name, each in command.limits.items()
        }
        self.automatic = command.automatic
        return []


@dataclass(frozen=True)
class Merged:
    """What holds for an item at a site."""

    limits: dict[str, Limit]
    automatic: AutomaticDispatch | None


def key_of(site: str | None, item: str | None) -> str:
    return f"{site or ANY}/{item or ANY}"


def keys_for(site: str, item: str) -> list[str]:
    """From the most general to the most particular; a site's rule is stronger than everybody's, an
    item's than a site's."""
    return [key_of(None, None), key_of(site, None), key_of(None, item), key_of(site, item)]


def merged(found: Iterable[Rules], site: str, item: str) -> Merged:
    """Limit by limit, the most particular one."""
    by_key = {each.key: each for each in found}
    limits: dict[str, Limit] = {}
    automatic = None
    for key in keys_for(site, item):
        if key in by_key:
            limits |= by_key[key].limits
            automatic = by_key[key].automatic or automatic
    return Merged(limits, automatic)
