"""The chains of the hours ledger as they are stored: reading their ends, and adding a link.

To add a link is one majority write: the insert of its document, whose id is made of volunteer and
number. What was looked up before it (the head, the entry's own links, minutes at the same time)
holds for the link, since any other link added meanwhile has taken its number, and the insert fails.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from services.volunteers.model import ledger
from services.volunteers.model.hours_rules import HoursRules
from services.volunteers.model.ledger import Head, Link
from services.volunteers.model.points import points_of
from services.volunteers.model.service import LONGEST, Amendment, Service, Span
from shared.clock import Clock
from shared.contracts.base import Event
from shared.contracts.volunteers import HoursCorrected, HoursCredited
from shared.errors import Conflict, NotFound, Text
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.ids import derived_id
from shared.storage.mongo import Db, Document, Index

LEDGER = "ledger"
LINK_EVENTS = (HoursCredited.type, HoursCorrected.type)
ATTEMPTS = 100  # each attempt, another link of the same volunteer was first

INDEXES = [
    Index(LEDGER, [("state.volunteer", 1), ("state.number", 1)]),
    Index(LEDGER, [("state.volunteer", 1), ("state.started_at", 1)]),
    Index(LEDGER, [("state.volunteer", 1), ("state.entry", 1)]),
    Index(LEDGER, [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index(LEDGER, [("made", 1), ("_id", 1)]),
]

_HEAD = {
    f"state.{name}": 1 for name in ("number", "hash", "total_minutes", "total_points", "stars")
}


@dataclass(frozen=True)
class Clash:
    """Minutes of the same volunteer that are in the ledger already."""

    span: Span


@dataclass(frozen=True)
class StoredLink:
    """A link as it is stored, and what is yet to be told of it."""

    id: str
    volunteer: str
    number: int
    link: Link | None  # None where what is stored is no link any more
    untold: Document | None  # data of its event, while that is not in the log


class Chains:
    """Adds links, and answers what is in the ledger of one volunteer."""

    def __init__(
        self,
        database: Db,
        clock: Clock,
        rules: Callable[[], HoursRules],
        is_holiday: Callable[[date], bool],
    ) -> None:
        self.links = Aggregates(database, LEDGER, Link, clock)
        self._rows = database[LEDGER]
        self._adapter = TypeAdapter(Link)
        self._rules = rules
        self._is_holiday = is_holiday

    @staticmethod
    def link_id(volunteer: str, number: int) -> str:
        """Where the link of that number is, or would be."""
        return derived_id("lnk", volunteer, str(number))

    def head(self, volunteer: str) -> Head:
        """The end of the chain; that of an empty one where nothing was credited yet."""
        row = self._rows.find_one(
            {"state.volunteer": volunteer}, _HEAD, sort=[("state.number", -1)]
        )
        if not row:
            return Head()
        state = row["state"]
        totals = state["total_minutes"], state["total_points"]
        return Head(state["number"], state["hash"], *totals, state["stars"])

    def minutes(self, volunteers: Iterable[str]) -> dict[str, int]:
        """Credited to each of these; those without any are left out."""
        steps: list[Document] = [
            {"$match": {"state.volunteer": {"$in": list(volunteers)}}},
            {"$sort": {"state.volunteer": -1, "state.number": -1}},
            {
                "$group": {
                    "_id": "$state.volunteer",
                    "minutes": {"$first": "$state.total_minutes"},
                }
            },
        ]
        return {row["_id"]: row["minutes"] for row in self._rows.aggregate(steps)}

    def entry(self, volunteer: str, entry: str) -> list[Link]:
        """All links of one entry, the credit first; none where it is not in the ledger."""
        return self._find({"state.volunteer": volunteer, "state.entry": entry})

    def served(
        self, volunteer: str, site: str, team: str | None, days: tuple[str, str]
    ) -> list[Link]:
        """All links of what was recorded for a site, and for a team where one is named, in these
        days (ISO, both included)."""
        query: Document = {
            "state.volunteer": volunteer,
            "state.site": site,
            "state.service_date": {"$gte": days[0], "$lte": days[1]},
        }
        return self._find(query | ({"state.team": team} if team else {}))

    def clash(self, service: Service) -> Clash | None:
        """What would count a minute of this service twice."""
        near = {"$gt": service.started_at - LONGEST, "$lt": service.ended_at}
        found = self._find(
            {
                "state.volunteer": service.volunteer,
                "state.started_at": near,
                "state.ended_at": {"$gt": service.started_at},
            }
        )
        ids = {link.entry for link in found} - {service.entry}
        if not ids:
            return None
        mine = {"state.volunteer": service.volunteer, "state.entry": {"$in": sorted(ids)}}
        spans = ledger.spans(self._find(mine))
        return next((Clash(each) for each in spans if each.clashes(service)), None)

    def credit(self, service: Service, origin: Origin) -> Link | Clash:
        """入账, once for each entry; a clash where it would count a minute twice."""
        for _ in range(ATTEMPTS):
            head = self.head(service.volunteer)
            if there := self.entry(service.volunteer, service.entry):
                return there[0]
            if clash := self.clash(service):
                return clash
            points, stars = self._worth(service)
            if link := self._add(*ledger.credit(head, service, points, stars), origin):
                return link
        raise _too_many()

    def correct(self, volunteer: str, amendment: Amendment, origin: Origin) -> Link | Clash:
        """The correcting link, once for each correction. Raises NotFound."""
        for _ in range(ATTEMPTS):
            head = self.head(volunteer)
            entry = self.entry(volunteer, amendment.entry)
            if not entry:
                raise NotFound(Text(f"There is no {amendment.entry}.", f"没有 {amendment.entry}。"))
            for earlier in entry:
                if earlier.correction == amendment.correction:
                    return earlier
            service = amendment.applied_to(ledger.service_of(entry[0]))
            if clash := self.clash(service):
                return clash
            points, stars = self._worth(service)
            made = ledger.correct(head, entry, amendment, points, stars)
            if link := self._add(*made, origin):
                return link
        raise _too_many()

    def walk(self, volunteer: str = "") -> Iterator[StoredLink]:
        """All links of a volunteer, or of everybody, each chain in its order."""
        query = {"state.volunteer": volunteer} if volunteer else {}
        order = [("state.volunteer", 1), ("state.number", 1)]
        return self._stored(self._rows.find(query, {"audit": 0}).sort(order))

    def by_id(self, ids: Iterable[str]) -> Iterator[StoredLink]:
        """Those of these links that are there."""
        return self._stored(self._rows.find({"_id": {"$in": list(ids)}}, {"audit": 0}))

    def _stored(self, rows: Iterable[Document]) -> Iterator[StoredLink]:
        for row in rows:
            told = [each["data"] for each in row.get("outbox", []) if each["type"] in LINK_EVENTS]
            state, link = row["state"], None
            with suppress(ValidationError):
                link = self._adapter.validate_python(state)
            volunteer, number = str(state.get("volunteer")), int(state.get("number") or 0)
            yield StoredLink(row["_id"], volunteer, number, link, told[0] if told else None)

    def _add(self, link: Link, events: Sequence[Event], origin: Origin) -> Link | None:
        """None where another link was first."""
        try:
            self.links.make(
                self.link_id(link.volunteer, link.number), origin, lambda now: (link, events)
            )
        except Conflict:
            return None
        return link

    def _worth(self, service: Service) -> tuple[int, list[int]]:
        """Points, and the thresholds of stars, by the rules of this moment."""
        rules = self._rules()
        points = points_of(service.started_at, service.minutes, rules.weights, self._is_holiday)
        return points, rules.star_hours

    def _find(self, query: Document) -> list[Link]:
        rows = self._rows.find(query, {"state": 1})
        links = [self._adapter.validate_python(row["state"]) for row in rows]
        # Sorted here: by the database, it would take the index of the order and read the chain.
        return sorted(links, key=lambda link: link.number)


def _too_many() -> Conflict:
    return Conflict(
        Text("Too many changes at once; try again.", "同时修改过多,请重试。"),
        extra={"allowed": []},
    )
