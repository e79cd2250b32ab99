"""What the hours ledger keeps: chains, sheets and corrections on their way to them, and rules."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

from services.volunteers.chains import INDEXES as CHAIN_INDEXES
from services.volunteers.chains import LEDGER, Chains, Clash
from services.volunteers.model.correction import Correction
from services.volunteers.model.hours_rules import HoursRules
from services.volunteers.model.service import Service
from services.volunteers.model.sheet import Sheet
from shared.contracts.base import Event
from shared.errors import NotFound
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.mongo import Index

RULES_ID = "rul_hours0"  # there is one set of rules

INDEXES = [
    *CHAIN_INDEXES,
    Index("sheets", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("sheets", [("state.status", 1), ("made", 1), ("_id", 1)]),
    Index("sheets", [("state.volunteers", 1), ("made", 1), ("_id", 1)]),
    Index("sheets", [("made", 1), ("_id", 1)]),
    Index("corrections", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("corrections", [("state.volunteer", 1), ("made", 1), ("_id", 1)]),
    Index("corrections", [("made", 1), ("_id", 1)]),
]


class HoursStore:
    """What views, reactions and clocks of the ledger work on."""

    def __init__(self, kit: Kit) -> None:
        self.sheets = Aggregates(kit.database, "sheets", Sheet, kit.clock)
        self.corrections = Aggregates(kit.database, "corrections", Correction, kit.clock)
        self.rule_book = Aggregates(kit.database, "hours_rules", HoursRules, kit.clock)
        self.chains = Chains(kit.database, kit.clock, self.rules, is_holiday)
        self._clock = kit.clock

    @property
    def aggregates(self) -> list[Aggregates[object]]:
        """All that tell."""
        return [self.chains.links, self.sheets, self.corrections, self.rule_book]  # type: ignore[list-item]

    def rules(self) -> HoursRules:
        """Those in force; the usual ones where none were set. Never remembered, so that a change
        holds for whatever comes after it, in every process."""
        return self.read_rules().state

    def read_rules(self) -> Loaded[HoursRules]:
        """With their version, 0 where none were set."""
        with suppress(NotFound):
            return self.rule_book.load(RULES_ID)
        return Loaded(RULES_ID, 0, self._clock.now(), HoursRules(), [])

    def record(self, service: Service, origin: Origin) -> None:
        """What a machine saw: credited at once, or announced where a rule says so. Other minutes
        in its way are kept before a person. Doing it again changes nothing."""
        days = self.rules().announcement_days[service.source]
        in_the_way = ""
        if days == 0:
            done = self.chains.credit(service, origin)
            if not isinstance(done, Clash):
                return
            in_the_way = done.span.entry

        def build(now: datetime) -> tuple[Sheet, list[Event]]:
            return Sheet.of_machine(service.entry, service, days, in_the_way, now)

        self.sheets.make(service.entry, origin, build)

    def enter_stated(self, service: Service, origin: Origin) -> None:
        """What a person said afterwards of a machine's record: another one has to check it."""
        self.sheets.make(
            service.entry, origin, lambda now: Sheet.of_one(service.entry, service, now)
        )

    def settle_sheet(self, sheet: Sheet, now: datetime) -> Sequence[Event]:
        """入账: what of a sheet is due. Where it ends half way, the rest follows: a row that is
        in the ledger is found there."""
        credited: dict[str, int] = {}
        in_the_way: dict[str, str] = {}
        for row, service in sheet.waiting(now).items():
            done = self.chains.credit(service, _BY_CLOCK)
            if isinstance(done, Clash):
                in_the_way[row] = done.span.entry
            else:
                credited[row] = done.number
        return sheet.settle(credited, in_the_way, now)

    def settle_correction(self, correction: Correction, now: datetime) -> Sequence[Event]:
        """An approved correction becomes a link."""
        done = self.chains.correct(correction.volunteer, correction.amendment(), _BY_CLOCK)
        if isinstance(done, Clash):
            return correction.settle(0, done.span.entry, now)
        return correction.settle(done.number, "", now)

    def in_the_way(self, services: Mapping[str, Service]) -> dict[str, str]:
        """For each row the credited entry that lies at the same time, if any."""
        found = {row: self.chains.clash(service) for row, service in services.items()}
        return {row: clash.span.entry for row, clash in found.items() if clash}


_BY_CLOCK = Origin(client="volunteers.clocks", command="credit")


@lru_cache(maxsize=1000)
def is_holiday(day: date) -> bool:
    """A holiday by law (法定节假日) with its days off; no plain weekend. A year that is not
    published yet has none."""
    import chinese_calendar

    with suppress(NotImplementedError):
        off, name = chinese_calendar.get_holiday_detail(day)
        return bool(off and name)
    return False


__all__ = ["INDEXES", "LEDGER", "HoursStore", "is_holiday"]
