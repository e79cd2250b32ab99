"""Recipients, visits, pairings and standing orders in the service's database; what is sealed."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TypeVar

from services.orders.model.commands.recipient import RecipientCategory, RecipientData
from services.orders.model.order.helped import Helped
from services.orders.model.pairing import Pairing, PairingStatus
from services.orders.model.recipient import Recipient, RecipientStatus
from services.orders.model.standing_order import StandingOrder, StandingStatus
from services.orders.model.visit import Visit
from shared.contracts.personal import mask_name
from shared.contracts.vocabulary import Festival
from shared.errors import Conflict, NotFound, Text, invalid
from shared.festivals import festivals_of
from shared.service import Kit
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Document, Index

T = TypeVar("T")
PAGE = 200  # aggregates of a recipient that are looked at in one go

INDEXES = [
    *(
        Index(name, keys)
        for name in ("recipients", "visits", "pairings", "standing_orders")
        for keys in (
            [("state.site", 1), ("state.status", 1), ("made", 1), ("_id", 1)],
            [("made", 1), ("_id", 1)],
        )
    ),
    Index("recipients", [("state.person", 1)]),
    *(
        Index(name, [("state.recipient", 1), ("made", 1), ("_id", 1)])
        for name in ("visits", "pairings", "standing_orders")
    ),
]


class Care:
    """What the rules of helping (助; plan, 四(三)) work on."""

    def __init__(self, kit: Kit) -> None:
        self.recipients = Aggregates(kit.database, "recipients", Recipient, kit.clock)
        self.visits = Aggregates(kit.database, "visits", Visit, kit.clock)
        self.pairings = Aggregates(kit.database, "pairings", Pairing, kit.clock)
        self.standing_orders = Aggregates(kit.database, "standing_orders", StandingOrder, kit.clock)
        self.vault = kit.vault
        self._rows = kit.database["recipients"]

    def seal(self, data: RecipientData) -> tuple[dict[str, str], str]:
        """Each field sealed, by its name; and the name, masked."""
        clear = data.model_dump(exclude={"guardian"}, exclude_none=True, mode="json")
        if data.guardian:
            clear["guardian_name"] = data.guardian.name
            clear["guardian_telephone"] = data.guardian.telephone
        if "id_number" not in clear:
            del clear["id_type"]
        return {name: self.vault.seal(each) for name, each in clear.items()}, mask_name(data.name)

    def seal_note(self, note: str | None) -> str | None:
        return self.vault.seal(note) if note else None

    def require_new(self, person: str) -> None:
        """Raises Conflict where this person is a recipient already."""
        criteria: Document = {"person": person, "status": RecipientStatus.ACTIVE}
        if known := self.recipients.newest(criteria):
            raise Conflict(
                Text(f"This person is a recipient already: {known}.", f"该居民已登记:{known}。"),
                extra={"existing": known, "allowed": []},
            )

    def active(self, id: str, site: str) -> Recipient:
        """A recipient who is helped at this site. Raises Unprocessable naming the field."""
        try:
            found = self.recipients.load(id).state
        except NotFound:
            found = None
        if found is None or found.site != site or found.status is not RecipientStatus.ACTIVE:
            raise invalid(
                "recipient",
                f"there is no recipient {id} who is helped at {site}",
                f"站点 {site} 没有正在帮扶的服务对象 {id}",
            )
        return found

    def helped(self, person: str) -> Helped | None:
        """What an order for this person has to know, if they are, or were, a recipient anywhere."""
        known = self.recipients.newest({"person": person})
        if known is None:
            return None
        found = self.recipients.load(known).state
        return Helped(
            recipient=known, child=found.minor, guardian_consents=found.guardian_consents()
        )

    def is_helped(self, recipient: str) -> bool:
        return self.recipients.load(recipient).state.status is RecipientStatus.ACTIVE

    def visits_of(self, recipient: str) -> Iterator[str]:
        return _ids(self.visits, {"recipient": recipient})

    def pairings_of(self, recipient: str) -> Iterator[str]:
        """Those that hold."""
        return _ids(self.pairings, {"recipient": recipient, "status": PairingStatus.ACTIVE})

    def standing_orders_of(self, recipient: str) -> Iterator[str]:
        """Those that have not ended."""
        criteria = {"recipient": recipient, "status": {"$ne": StandingStatus.ENDED}}
        return _ids(self.standing_orders, criteria)

    def counts(self, criteria: Mapping[str, object]) -> dict[RecipientCategory, int]:
        """How many are helped now, by category; one person may be in several."""
        match = {f"state.{key}": each for key, each in criteria.items()}
        rows = self._rows.aggregate(
            [
                {"$match": match | {"state.status": RecipientStatus.ACTIVE}},
                {"$unwind": "$state.categories"},
                {"$group": {"_id": "$state.categories", "people": {"$sum": 1}}},
            ]
        )
        return {RecipientCategory(row["_id"]): row["people"] for row in rows}


def festival_days(year: int) -> Mapping[Festival, date]:
    """The day of each festival in a Gregorian year."""
    return {each.festival: each.day for each in festivals_of(year)}


def _ids(aggregates: Aggregates[T], criteria: Document) -> Iterator[str]:
    """Of all that match: page by page, from behind the last one, whatever becomes of them."""
    after: tuple[datetime, str] | None = None
    while True:
        page = list(aggregates.find(criteria, after=after, limit=PAGE))
        yield from (each.id for each in page)
        if len(page) < PAGE:
            return
        after = (page[-1].made, page[-1].id)
