"""Who could serve an order, from orders' own copy of volunteers and of where sites are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from pymongo.collection import Collection

from services.orders.model.matching import (
    Candidate,
    Card,
    Unfit,
    distance_km,
    fair_since,
    judge,
    ranked,
    unfit,
)
from services.orders.model.needs import ADULT, INSURANCE, RISK_NOTICE
from services.orders.model.order import Order
from services.orders.projections import VolunteerCards
from shared.messaging.projections import Generations
from shared.sites import Sites
from shared.storage.mongo import Db, Document

MOST_LOOKED_AT = 3000
"""Volunteers for one order, those of its own site first."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Candidates, the best first, and how many were not, why."""

    candidates: list[Candidate]
    unfit: dict[Unfit, int]
    looked_at: int


class VolunteerDirectory:
    """Reads the projections; changes nothing."""

    def __init__(self, database: Db, generations: Generations) -> None:
        self._orders = database["orders"]
        self._generations = generations

    def candidates(self, order: Order, now: datetime, limit: int) -> Found:
        """For an order of any status: who could serve it at its time."""
        cards = list(islice(self._cards(order.site), MOST_LOOKED_AT))
        reasons = {card.volunteer: unfit(card, order) for card in cards}
        fit = [card for card in cards if reasons[card.volunteer] is None]
        asked = self._asked([card.volunteer for card in fit], now)
        where = self._positions({order.site, *(card.site for card in fit)})
        here = where.get(order.site)
        judged = [
            judge(
                card,
                order,
                0.0 if card.site == order.site else distance_km(where.get(card.site), here),
                asked[card.volunteer],
            )
            for card in fit
        ]
        why = Counter(reason for reason in reasons.values() if reason)
        return Found(candidates=ranked(judged)[:limit], unfit=dict(why), looked_at=len(cards))

    def _cards(self, site: str) -> Iterator[Card]:
        rows = self._live(VolunteerCards.name)
        here = rows.find({"site": site, "able": True}).sort("_id", 1)
        elsewhere = rows.find({"site": {"$ne": site}, "able": True}).sort("_id", 1)
        return (_card(row) for row in chain(here, elsewhere))

    def adults(self, volunteers: Iterable[str], at: datetime) -> set[str]:
        """Those of them who are known to have been of age then."""
        rows = self._live(VolunteerCards.name).find(
            {"_id": {"$in": list(volunteers)}, "adult": True}, {"adult_since": 1}
        )
        return {row["_id"] for row in rows if (row.get("adult_since") or at) <= at}

    def _asked(self, volunteers: list[str], now: datetime) -> Counter[str]:
        """How often each was asked by name, of late."""
        rows = self._orders.aggregate(
            [
                {
                    "$match": {
                        "state.ever_asked": {"$in": volunteers},
                        "state.ever_asked.0": {"$exists": True},
                        "made": {"$gt": fair_since(now)},
                    }
                },
                {"$unwind": "$state.ever_asked"},
                {"$match": {"state.ever_asked": {"$in": volunteers}}},
                {"$group": {"_id": "$state.ever_asked", "times": {"$sum": 1}}},
            ]
        )
        return Counter({row["_id"]: row["times"] for row in rows})

    def _positions(self, sites: set[str]) -> dict[str, Document]:
        rows = self._live(Sites.name).find(
            {"_id": {"$in": sorted(sites)}, "position": {"$ne": None}}, {"position": 1}
        )
        return {row["_id"]: row["position"] for row in rows}

    def _live(self, name: str) -> Collection[Document]:
        return self._generations.collection(name, self._generations.live())


def _held(row: Document) -> dict[str, datetime | None]:
    """What a post may need, by its code, until the latest end that it is held by: qualifications
    with what they include, trainings, notices of risk, insurance, and to be of age."""
    held: dict[str, datetime | None] = dict.fromkeys(row.get("trainings", ()))
    held |= {f"{RISK_NOTICE}{notice}": None for notice in row.get("notices", ())}
    if row.get("insured_until"):
        held[INSURANCE] = row["insured_until"]
    if row.get("adult"):
        held[ADULT] = None
    granted: dict[str, Document] = row.get("qualifications", {})
    for code, each in granted.items():
        for name in (code, *each["includes"]):
            known, until = held.get(name, each["until"]), each["until"]
            held[name] = None if known is None or until is None else max(known, until)
    return held


def _card(row: Document) -> Card:
    return Card(
        volunteer=row["_id"],
        site=row.get("site", ""),
        verified=bool(row.get("verified")),
        suspended=bool(row.get("suspended")),
        teams=tuple(row.get("teams", ())),
        skills=frozenset(row.get("skills", ())),
        qualifications=_held(row),
        busy=tuple((each["starts_at"], each["ends_at"]) for each in row.get("busy", {}).values()),
    )
