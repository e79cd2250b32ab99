"""What the clock publishes and asks for happens once, however many workers there are."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from services.reports.model.commands import SetReportingRules
from services.reports.model.period import Period
from services.reports.model.report import Scope, checksum_of
from services.reports.publishing import publish
from services.reports.reporting import RULES
from services.reports.scheduled import Schedule
from services.reports.store import INDEXES, Store
from shared.contracts.vocabulary import Department
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.ids import random_id
from shared.storage.mongo import Db, prepare
from tests.integration.rig import Judge, Rig, protected

RUNNING = datetime(2026, 10, 20, tzinfo=UTC)
CLOSED = datetime(2026, 11, 2, tzinfo=UTC)
PUBLISHED = datetime(2026, 11, 12, tzinfo=UTC)
YEAR_PUBLISHED = datetime(2027, 3, 1, tzinfo=UTC)
WORKERS = 4
SITES = [f"XP{number}" for number in range(11, 16)]
POINT, GONE = "XP21", "XP22"


class Hands:
    """A clock that is set by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class Place:
    """A database with sites, and as many workers' stores of it as wanted."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.clock = Hands(RUNNING)
        self.database = rig.database()
        names = ("reports", "monthly_reports", "reporting")
        prepare(self.database, [*INDEXES, *(i for n in names for i in Aggregates.indexes(n))])
        levels = dict.fromkeys(SITES, "station") | {POINT: "point", GONE: "station"}
        self.database["sites_1"].insert_many(
            {"_id": code, "level": level, "open": code != GONE, "title": code, "title_en": code}
            for code, level in levels.items()
        )

    def store(self) -> Store:
        """Of another process."""
        database = self._rig.open(self.database.name)
        return Store(self._rig.kit("reports", database, clock=self.clock))


@pytest.fixture
def place(rig: Rig) -> Iterator[Place]:
    yield Place(rig)


def turn_until_quiet(schedule: Schedule) -> None:
    for _ in range(20):
        schedule.turn()


def at_once(schedules: list[Schedule]) -> None:
    with ThreadPoolExecutor(len(schedules)) as pool:
        for done in [pool.submit(turn_until_quiet, each) for each in schedules]:
            done.result()


def told(database: Db, collection: str) -> Counter[tuple[str, ...]]:
    """How often each thing was told of, by period and site."""
    return Counter(
        (each["data"].get("period") or each["data"]["month"], str(each["data"].get("site")),
         str(each["data"].get("for_site")), str(each["data"].get("department")))
        for row in database[collection].find({}, {"outbox": 1})
        for each in row["outbox"]
    )  # fmt: skip


class MadeAnew(Schedule):
    """A control: what the clock publishes has an id of its own each time."""

    def id_of(self, period: Period, scope: Scope) -> str:
        return random_id("rpt")


@protected(Schedule, (MadeAnew, "published 4 times"))
def test_each_report_is_published_once_by_many_workers(
    place: Place, part: type[Schedule], judge: Judge
) -> None:
    schedules = [part(place.store()) for _ in range(WORKERS)]
    at_once(schedules)
    assert not told(place.database, "reports")
    place.clock.moment = PUBLISHED

    before = place.store().reporting.current().state
    if part is Schedule:
        at_once(schedules)
    for each in schedules:  # as if each had read before the others were done
        each._publish(Period("2026-10"), before)

    found = told(place.database, "reports")
    wanted = [("2026-10", "None", site, "None") for site in ("None", *SITES, POINT)]
    assert set(found) == set(wanted)
    judge([f"{each} published {found[each]} times" for each in wanted if found[each] != 1])


class Killed(Exception):
    """Where a power cut would be."""


class CutOff(Schedule):
    """Ends when all is published and before that is written down."""

    def pass_on(self, period: Period) -> None:
        raise Killed

    def ask_on(self, month: Period) -> None:
        raise Killed


def test_a_worker_that_ends_half_way_leaves_nothing_undone_and_nothing_doubled(
    place: Place,
) -> None:
    Schedule(place.store()).turn()
    place.clock.moment = PUBLISHED
    for _ in range(2):
        with pytest.raises(Killed):
            turn_until_quiet(CutOff(place.store()))

    turn_until_quiet(Schedule(place.store()))

    assert set(told(place.database, "monthly_reports").values()) == {1}
    assert set(told(place.database, "reports").values()) == {1}
    upcoming = place.store().reporting.current().state
    assert (upcoming.asked_next, upcoming.upcoming["month"]) == ("2026-11", "2026-11")  # type: ignore[index]


def test_stations_that_are_open_are_asked_once_by_many_workers_when_the_month_closes(
    place: Place,
) -> None:
    schedules = [Schedule(place.store()) for _ in range(WORKERS)]
    at_once(schedules)
    place.clock.moment = CLOSED

    at_once(schedules)

    found = told(place.database, "monthly_reports")
    assert {key[:2]: times for key, times in found.items()} == {
        ("2026-10", site): 1 for site in SITES
    }
    [report] = place.store().reporting.monthly.find({"site": "XP11"})
    assert report.state.deadline == datetime(2026, 11, 6, 10, tzinfo=UTC)
    assert report.state.counted.figures["totals"] == {"people": 0, "volunteers": 0}


def test_months_quarters_and_years_come_in_their_turn_also_after_a_long_standstill(
    place: Place,
) -> None:
    store = place.store()
    turn_until_quiet(Schedule(store))
    rules = SetReportingRules(
        publish_sites=False, publish_departments=[Department.JUSTICE_OFFICE], owed_by=[]
    )
    store.reporting.rules.change(
        RULES, Origin(client="t", command="t"), lambda it, now: it.set_rules(rules)
    )
    place.clock.moment = YEAR_PUBLISHED

    turn_until_quiet(Schedule(store))

    found = told(place.database, "reports")
    months = ["2026-10", "2026-11", "2026-12", "2027-01"]
    assert set(found.values()) == {1}
    assert {key[0] for key in found} == {*months, "2026-Q4", "2026"}
    assert {key[3] for key in found} == {"None", "justice-office"}
    for row in store.reports.find({}):
        assert (row.state.final, row.state.scheduled, row.state.supersedes) == (True, True, None)


def test_a_report_published_by_hand_is_superseded_and_stays_as_it_was(place: Place) -> None:
    store = place.store()
    turn_until_quiet(Schedule(store))
    origin = Origin(client="t", command="t")
    first = publish(store, "rpt_byhand", origin, Period("2026-10"), Scope()).id
    before = place.database["reports"].find_one({"_id": first}, {"outbox": 0})
    place.clock.moment = PUBLISHED

    turn_until_quiet(Schedule(store))

    [by_clock] = [each for each in store.reports.find({"site": None}) if each.id != first]
    assert (by_clock.state.supersedes, by_clock.state.revision) == (first, 2)
    assert place.database["reports"].find_one({"_id": first}, {"outbox": 0}) == before
    assert checksum_of(by_clock.state.figures) == by_clock.state.checksum


@pytest.mark.parametrize(("guarded", "forks"), [(True, False), (False, True)])
def test_of_reports_published_at_once_each_supersedes_the_one_before(
    place: Place, guarded: bool, forks: bool
) -> None:
    if not guarded:
        names = ("period", "site", "theme", "department", "revision")
        place.database["reports"].drop_index([(f"state.{name}", 1) for name in names])
    stores = [place.store() for _ in range(WORKERS)]

    def several(number: int) -> None:
        for turn in range(5):
            id = f"rpt_at{number}once{turn}"
            publish(stores[number], id, Origin(client="t", command="t"), Period("2026-10"), Scope())

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(partial(several, number)) for number in range(WORKERS)]:
            done.result()

    reports = [each.state for each in stores[0].reports.find({})]
    superseded = [each.supersedes for each in reports]
    assert (len(set(superseded)) < len(superseded)) == forks
    if not forks:
        assert sorted(each.revision for each in reports) == list(range(1, 5 * WORKERS + 1))


def test_rules_that_are_set_hold_for_what_is_not_asked_for_yet(place: Place) -> None:
    store = place.store()
    turn_until_quiet(Schedule(store))
    rules = replace(store.reporting.current().state.rules, due_days=1)
    store.reporting.rules.change(
        RULES,
        Origin(client="t", command="t"),
        lambda it, now: it.set_rules(SetReportingRules(**vars(rules))),
    )
    place.clock.moment = CLOSED

    turn_until_quiet(Schedule(store))

    deadlines = {each.state.deadline for each in store.reporting.monthly.find({})}
    assert deadlines == {datetime(2026, 11, 2, 10, tzinfo=UTC)}
