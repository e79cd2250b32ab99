"""The year's plan: proposals from festivals and series, adjusted, confirmed, against fact."""

from datetime import date
from typing import Any

import bson
import pytest
from pydantic import TypeAdapter

from services.events.model.commands import AdjustPlan, PlannedEntry
from services.events.model.plan import (
    Clash,
    Plan,
    PlanStatus,
    Progress,
    clashes,
    progress,
    proposals,
)
from services.events.model.series import Series
from shared.contracts.events import EntryTold, PlanConfirmed, PlanDrafted
from shared.contracts.vocabulary import Festival, Mode, Theme
from shared.errors import Conflict, Unprocessable
from shared.festivals import festivals_of
from tests.unit.builders import NOW

DUANWU = Series("dragon-boat", "我们的节日·端午", "Dragon Boat", Theme.CULTURE)
DUANWU.festival = Festival.DRAGON_BOAT
HALL = Series("morality-hall", "道德讲堂", "Morality Hall", Theme.THEORY, months=[3, 9])


def proposed() -> list[EntryTold]:
    days = [(each.festival, each.day) for each in festivals_of(2026)]
    return proposals(2026, days, [HALL, DUANWU])


def drafted(site: str = "XP11") -> Plan:
    plan, _ = Plan.draft(f"pln_{site.lower()}11", site, 2026, proposed())
    return plan


def entry(**facts: Any) -> PlannedEntry:
    usual: dict[str, Any] = {
        "title": "讲座",
        "day": date(2026, 6, 19),
        "theme": Theme.THEORY,
        "modes": [Mode.LECTURE],
    }
    return PlannedEntry(**(usual | facts))


def with_entries(site: str, **entries: PlannedEntry) -> Plan:
    plan = drafted(site)
    plan.adjust(AdjustPlan(put={k.replace("_", "-"): v for k, v in entries.items()}), NOW)
    return plan


def test_a_draft_has_each_series_on_its_festival_and_in_its_months() -> None:
    plan, [event] = Plan.draft("pln_one111", "XP11", 2026, proposed())

    assert isinstance(event, PlanDrafted) and event.entries == 9
    assert {
        code: each.day for code, each in plan.entries.items() if not code.startswith("festival-")
    } == {
        "morality-hall-03": "2026-03-15",
        "dragon-boat": "2026-06-19",
        "morality-hall-09": "2026-09-15",
    }
    festivals = {
        each.title: each.day for code, each in plan.entries.items() if code.startswith("festival-")
    }
    assert festivals == {  # 端午 has its series
        "我们的节日·春节": "2026-02-17",
        "我们的节日·元宵": "2026-03-03",
        "我们的节日·清明": "2026-04-05",
        "我们的节日·七夕": "2026-08-19",
        "我们的节日·中秋": "2026-09-25",
        "我们的节日·重阳": "2026-10-18",
    }
    assert bson.encode(TypeAdapter(Plan).dump_python(plan))


def test_an_adjusted_plan_is_to_be_confirmed_anew() -> None:
    plan = drafted()
    [first] = plan.confirm(NOW)
    with pytest.raises(Conflict):
        plan.confirm(NOW)

    plan.adjust(AdjustPlan(put={"new": entry()}, drop=["morality-hall-03"]), NOW)
    assert plan.status is PlanStatus.DRAFT
    [second] = plan.confirm(NOW)

    assert isinstance(first, PlanConfirmed) and isinstance(second, PlanConfirmed)
    assert (first.revision, second.revision, second.entries) == (1, 2, 9)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (AdjustPlan(drop=["none"]), "drop"),
        (AdjustPlan(put={"new": entry(day=date(2027, 1, 1))}), "put.new.day"),
    ],
)
def test_what_does_not_fit_the_plan_is_named(command: AdjustPlan, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        drafted().adjust(command, NOW)
    assert refused.value.fields[0].field == field


def test_what_is_announced_keeps_its_fate_and_is_not_dropped() -> None:
    plan = drafted()
    plan.announced("dragon-boat", "act_one111")

    with pytest.raises(Conflict):
        plan.adjust(AdjustPlan(drop=["dragon-boat"]), NOW)
    plan.adjust(AdjustPlan(put={"dragon-boat": entry(title="包粽子")}), NOW)

    kept = plan.entries["dragon-boat"]
    assert (kept.title, kept.activities) == ("包粽子", ["act_one111"])


def test_plan_against_fact() -> None:
    plan = drafted()
    may, july = date(2026, 5, 1), date(2026, 7, 1)
    duanwu = plan.entries["dragon-boat"]
    seen = [progress(duanwu, may)]
    for _ in range(2):
        plan.announced("dragon-boat", "act_one111")
    seen += [progress(duanwu, may), progress(duanwu, july)]
    plan.called_off("dragon-boat", "act_one111")
    seen.append(progress(duanwu, july))
    plan.announced("dragon-boat", "act_two222")
    plan.held("dragon-boat")
    seen.append(progress(duanwu, july))

    assert seen == [
        Progress.PLANNED,
        Progress.ANNOUNCED,
        Progress.OVERDUE,
        Progress.CANCELLED,
        Progress.HELD,
    ]
    assert duanwu.activities == ["act_one111", "act_two222"]


def test_one_room_and_one_person_at_one_time_are_shown() -> None:
    morning = entry(starts="09:00", minutes=90, room="hall", people=["P-0001"])
    noon = entry(starts="10:00", minutes=60, room="hall")
    later = entry(starts="10:30", minutes=60, people=["P-0001"])
    one = with_entries("XP11", morning=morning, noon=noon)
    two = with_entries("XP12", later=later, noon=noon)

    assert clashes([one, two]) == [
        Clash("2026-06-19", "room", "XP11/hall", (("XP11", "morning"), ("XP11", "noon")))
    ]
    two.adjust(AdjustPlan(put={"later": entry(people=["P-0001"])}), NOW)
    assert [each.of for each in clashes([one, two])] == ["P-0001", "XP11/hall"]


def test_an_activity_is_of_an_entry_of_its_own_sites_plan() -> None:
    plan = drafted()
    plan.require_entry("dragon-boat", "XP11")
    for code, site, field in (("none", "XP11", "entry"), ("dragon-boat", "XP12", "plan")):
        with pytest.raises(Unprocessable) as refused:
            plan.require_entry(code, site)
        assert refused.value.fields[0].field == field


def test_a_closed_sites_entries_are_dropped_unless_they_are_on_their_way_or_past() -> None:
    plan, june = drafted(), date(2026, 6, 1)
    on_its_way = plan.entries["dragon-boat"]
    plan.announced("dragon-boat", "act_one111")
    past = [code for code, each in plan.entries.items() if each.day < june.isoformat()]
    plan.drop_rest(june)

    dropped = [code for code, each in plan.entries.items() if each.dropped]
    assert past and dropped
    assert {*past, *dropped, "dragon-boat"} == set(plan.entries) and not {*past} & {*dropped}
    assert progress(plan.entries[dropped[0]], date(2027, 1, 1)) is Progress.CANCELLED
    assert progress(plan.entries[past[0]], june) is Progress.OVERDUE
    assert progress(on_its_way, june) is Progress.ANNOUNCED
