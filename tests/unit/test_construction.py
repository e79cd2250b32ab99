"""建设 and 验收: milestones by their days, evidence, what is told when, who accepts what."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.reports.construction import moved, plans, with_plan
from services.reports.model import construction as model
from services.reports.model.commands import construction as asked
from services.reports.model.construction import Construction, ConstructionStatus
from services.reports.model.milestone import MilestoneStatus
from services.reports.projections import Milestones
from shared.contracts.base import Event
from shared.contracts.reports import (
    AcceptancePassed,
    AcceptanceSentBack,
    MilestoneDue,
    MilestoneOverdue,
    MilestoneReached,
    MilestoneReopened,
)
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.test_figures import envelope

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BUILDER, OFFICE = "wang-1", "li-2"
FILE = "fil_photo11111"
STATION = {"level": "station", "demonstration": False}
FOUND = {"item": "venue", "met": True}


def laid_out(**facts: Any) -> Construction:
    """Of 31 March the sign; of 30 June the forum, which acceptance does not need."""
    body = {
        "site": "XP11",
        "milestones": [
            {
                "code": "sign",
                "phase": "pilot",
                "title": "挂牌",
                "title_en": "Sign",
                "due_on": "2026-03-31",
            },
            {
                "code": "forum",
                "phase": "pilot",
                "title": "座谈会",
                "title_en": "Forum",
                "due_on": "2026-06-30",
                "evidence": 0,
                "needed": False,
            },
        ],
        "checklist": [
            {"code": "venue", "title": "有场所", "title_en": "A venue"},
            {"code": "media", "title": "有报道", "title_en": "Media", "required": False},
        ],
    }
    command = asked.PlanConstruction.model_validate(body | facts)
    return Construction.lay_out("bld_one111", "own", command, NOW)[0]


def with_sign(**facts: Any) -> Construction:
    """The sign is reached."""
    made = laid_out(**facts)
    made.attach("sign", asked.AttachEvidence(file=FILE, title="照片"), BUILDER, NOW)
    made.reach("sign", asked.ReachMilestone(), NOW)
    return made


def applied() -> Construction:
    made = with_sign()
    apply(made, "acp_one111", "district")
    return made


def apply(made: Construction, id: str, level: str) -> None:
    made.apply(id, asked.ApplyForAcceptance.model_validate({"level": level}), BUILDER, NOW)


def decide(made: Construction, id: str = "acp_one111", **facts: Any) -> list[Event]:
    body = {"outcome": "accept", "findings": [FOUND]} | facts
    return list(made.decide(id, asked.DecideAcceptance.model_validate(body), OFFICE, NOW))


def at(day: str, hour: int = 0) -> datetime:
    """In Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")


# ---- the plan ----


def test_the_plan_of_the_street_asks_of_each_site_what_its_clauses_say() -> None:
    command = asked.PlanConstruction(site="XP11", plan="xinpu-2020")

    def codes(**site: Any) -> set[str]:
        return {each.code for each in with_plan(command, site).milestones}

    station, shown = codes(**STATION), codes(level="station", demonstration=True)
    institute = codes(level="institute", demonstration=False)
    assert shown - station == {"demonstration"}
    assert {"scheme", "rolled-out", "visit"} <= institute
    assert not {"scheme", "rolled-out", "visit"} & station
    founded = next(e for e in with_plan(command, STATION).milestones if e.code == "founded")
    assert founded.due_on == date(2020, 5, 31)  # 六(一), before 五(四)
    with pytest.raises(Unprocessable):
        codes(level="point", demonstration=False)


def test_a_plan_can_begin_in_another_month_and_keeps_the_ends_of_months() -> None:
    command = asked.PlanConstruction(site="XP11", plan="xinpu-2020", begins="2026-10")

    made = with_plan(command, STATION)

    assert {each.code: each.due_on for each in made.milestones}["place"] == date(2027, 2, 28)
    assert made.phases[0].begins_on == date(2026, 10, 1)
    assert moved(date(2020, 2, 29), 12) == date(2021, 2, 28)
    assert moved(date(2020, 1, 30), 1) == date(2020, 2, 29)
    assert moved(date(2020, 12, 15), -12) == date(2019, 12, 15)


def test_every_milestone_of_a_plan_is_in_a_phase_of_it_and_named_once() -> None:
    for plan in plans().values():
        codes = [each.code for each in plan.milestones]
        assert len(codes) == len(set(codes))
        assert {each.phase for each in plan.milestones} <= {each.code for each in plan.phases}


@pytest.mark.parametrize(
    "facts",
    [
        {"milestones": []},
        {"plan": "xinpu-2020"},
        {"begins": "2026-01"},
        {"warn_days": 91},
        {"unknown": 1},
    ],
)
def test_what_is_no_plan_is_refused(facts: dict[str, Any]) -> None:
    laid_out()
    with pytest.raises(ValueError):
        laid_out(**facts)


def test_a_milestone_twice_or_of_no_phase_is_refused_by_its_place() -> None:
    given = {
        "code": "sign",
        "phase": "pilot",
        "title": "a",
        "title_en": "a",
        "due_on": "2026-03-31",
    }
    phase = {
        "code": "other",
        "title": "a",
        "title_en": "a",
        "begins_on": "2026-01-01",
        "ends_on": "2026-02-01",
    }
    for facts, field in (
        ({"milestones": [given, given]}, "milestones.1.code"),
        ({"milestones": [given], "phases": [phase]}, "milestones.0.phase"),
        ({"milestones": [given | {"due_on": "2126-01-01"}]}, "milestones.0.due_on"),
    ):
        with pytest.raises(Unprocessable) as refused:
            laid_out(**facts)
        assert [each.field for each in refused.value.fields] == [field]


# ---- time ----


def test_a_milestone_is_told_as_due_a_week_before_and_as_overdue_when_its_day_is_over() -> None:
    made = laid_out()

    assert made.due_at() == at("2026-03-24")
    assert made.pass_time(at("2026-03-23", 23)) == []
    [due] = made.pass_time(at("2026-03-24"))
    assert made.due_at() == at("2026-04-01")
    assert made.pass_time(at("2026-03-31", 23)) == []
    [overdue] = made.pass_time(at("2026-04-01"))

    assert isinstance(due, MilestoneDue) and isinstance(overdue, MilestoneOverdue)
    assert (due.milestone, overdue.milestone) == ("sign", "sign")
    assert made.milestones["sign"].status is MilestoneStatus.OVERDUE
    assert made.due_at() == at("2026-06-23")  # of the forum


def test_a_worker_that_was_down_tells_of_both_and_once() -> None:
    made = laid_out()

    told = made.pass_time(at("2027-01-01"))

    assert [type(each) for each in told] == [MilestoneDue, MilestoneOverdue] * 2
    assert made.pass_time(at("2027-01-02")) == [] and made.due_at() is None


def test_what_is_reached_or_dropped_is_never_overdue() -> None:
    made = with_sign()
    made.drop("forum", asked.DropMilestone(reason="不需要"), NOW)

    assert made.due_at() is None
    assert made.pass_time(at("2027-01-01")) == []


def test_an_overdue_milestone_that_is_moved_is_in_time_again_and_told_anew() -> None:
    made = laid_out()
    made.pass_time(at("2026-04-01"))

    made.move("sign", asked.MoveMilestone(due_on=date(2026, 4, 30), reason="雨季"), NOW)

    assert made.milestones["sign"].status is MilestoneStatus.PLANNED
    assert made.milestones["sign"].changes[0].reason == "雨季"
    [due] = made.pass_time(at("2026-04-23"))
    assert isinstance(due, MilestoneDue)


# ---- evidence ----


def test_a_milestone_is_reached_by_its_evidence_and_a_late_one_says_how_late() -> None:
    made = laid_out()
    with pytest.raises(Unprocessable) as refused:
        made.reach("sign", asked.ReachMilestone(), NOW)
    assert [each.field for each in refused.value.fields] == ["evidence"]
    made.attach("sign", asked.AttachEvidence(file=FILE, title="照片"), BUILDER, NOW)

    [event] = made.reach("sign", asked.ReachMilestone(), at("2026-04-03", 8))

    assert isinstance(event, MilestoneReached)
    assert (event.days_late, event.evidence) == (3, 1)
    assert "照片" not in event.model_dump_json()
    with pytest.raises(Conflict):
        made.remove("sign", FILE, asked.RemoveEvidence(reason="x"), NOW)
    with pytest.raises(Unprocessable):
        with_sign_on(date(2026, 3, 3))  # a day that has not come


def with_sign_on(day: date) -> None:
    made = laid_out()
    made.attach("sign", asked.AttachEvidence(file=FILE, title="照片"), BUILDER, NOW)
    made.reach("sign", asked.ReachMilestone(reached_on=day), NOW)


def test_evidence_of_what_is_open_can_be_taken_back() -> None:
    made = with_sign()
    [event] = made.reopen("sign", asked.ReopenMilestone(reason="照片有误"), NOW)

    made.remove("sign", FILE, asked.RemoveEvidence(reason="照片有误"), NOW)

    assert isinstance(event, MilestoneReopened)
    assert made.milestones["sign"].evidence == {}
    with pytest.raises(NotFound):
        made.remove("sign", FILE, asked.RemoveEvidence(reason="x"), NOW)


# ---- acceptance ----


def test_acceptance_is_asked_for_once_what_it_needs_is_reached() -> None:
    made = laid_out()
    with pytest.raises(Unprocessable) as refused:
        apply(made, "acp_one111", "district")
    assert "sign" in refused.value.detail.en and "forum" not in refused.value.detail.en

    made = applied()

    assert made.status is ConstructionStatus.APPLIED


def test_who_applied_can_not_accept() -> None:
    made = applied()
    command = asked.DecideAcceptance.model_validate({"outcome": "accept", "findings": [FOUND]})

    with pytest.raises(Conflict):
        made.decide("acp_one111", command, BUILDER, NOW)
    with pytest.raises(Unprocessable):
        made.decide("acp_one111", command, "", NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"findings": []}, "findings"),
        ({"findings": [FOUND, {"item": "other", "met": True}]}, "findings.1.item"),
        ({"findings": [FOUND | {"met": False}]}, "outcome"),
        ({"outcome": "send-back"}, "reason"),
        (
            {"outcome": "send-back", "reason": "x"}
            | {"again": [{"milestone": "forum", "due_on": "2026-05-01"}]},
            "again.0.milestone",
        ),
        (
            {"outcome": "send-back", "reason": "x"}
            | {"again": [{"milestone": "sign", "due_on": "2026-03-01"}]},
            "again.0.due_on",
        ),
    ],
)
def test_a_decision_that_its_findings_do_not_bear_out_is_refused_whole(
    facts: dict[str, Any], field: str
) -> None:
    made = applied()

    with pytest.raises(Unprocessable) as refused:
        decide(made, **facts)

    assert [each.field for each in refused.value.fields] == [field]
    assert made.status is ConstructionStatus.APPLIED
    assert made.milestones["sign"].status is MilestoneStatus.REACHED


def test_a_site_that_is_sent_back_does_again_what_is_named_and_applies_anew() -> None:
    made = applied()

    event, reopened = decide(
        made,
        outcome="send-back",
        reason="牌匾不规范",
        findings=[FOUND | {"met": False}],
        again=[{"milestone": "sign", "due_on": "2026-04-15"}],
    )

    assert isinstance(event, AcceptanceSentBack) and isinstance(reopened, MilestoneReopened)
    assert (event.unmet, event.again) == (["venue"], ["sign"])
    assert "牌匾" not in event.model_dump_json()
    assert made.status is ConstructionStatus.BUILDING
    assert made.due_at() == at("2026-04-08")
    made.reach("sign", asked.ReachMilestone(), NOW)
    apply(made, "acp_two222", "district")
    [passed] = decide(made, "acp_two222")
    assert isinstance(passed, AcceptancePassed)


def test_each_level_accepts_by_itself_and_once() -> None:
    made = applied()
    decide(made)

    with pytest.raises(Conflict):
        apply(made, "acp_two222", "district")
    apply(made, "acp_two222", "city")
    made.withdraw("acp_two222", asked.WithdrawApplication(reason="暂缓"), NOW)

    assert made.status is ConstructionStatus.ACCEPTED  # by the district, as before


ADDED = {"code": "new-one", "phase": "pilot", "title": "a", "title_en": "a", "due_on": "2026-09-01"}
MOVES: dict[str, Callable[[Construction], object]] = {
    "add": lambda it: it.add(asked.AddMilestone.model_validate(ADDED), NOW),
    "move": lambda it: it.move(
        "forum", asked.MoveMilestone(due_on=date(2026, 7, 1), reason="x"), NOW
    ),
    "drop": lambda it: it.drop("forum", asked.DropMilestone(reason="x"), NOW),
    "attach": lambda it: it.attach(
        "forum", asked.AttachEvidence(file=FILE, title="x"), BUILDER, NOW
    ),
    "remove": lambda it: it.remove("forum", FILE, asked.RemoveEvidence(reason="x"), NOW),
    "reach": lambda it: it.reach("forum", asked.ReachMilestone(), NOW),
    "reopen": lambda it: it.reopen("sign", asked.ReopenMilestone(reason="x"), NOW),
    "apply": lambda it: apply(it, "acp_new111", "province"),
    "withdraw": lambda it: it.withdraw("acp_one111", asked.WithdrawApplication(reason="x"), NOW),
    "decide": decide,
}


@pytest.mark.parametrize("status", list(ConstructionStatus))
@pytest.mark.parametrize("move", MOVES)
def test_each_move_is_allowed_where_the_table_says(status: str, move: str) -> None:
    made = with_sign()
    made.attach("forum", asked.AttachEvidence(file=FILE, title="x"), BUILDER, NOW)
    if status != "building":
        apply(made, "acp_one111", "district")
    if status == "accepted":
        decide(made)
    assert made.status == status

    if move in model.MOVES[status]:
        MOVES[move](made)
    else:
        with pytest.raises(Conflict) as refused:
            MOVES[move](made)
        assert refused.value.extra["allowed"] == list(model.MOVES[status])


# ---- the list of all sites ----


def ways(
    made: Construction, code: str, day: date, now: datetime
) -> list[Callable[[], Iterable[Event]]]:
    """What can happen to a milestone."""
    return [
        partial(made.pass_time, now),
        partial(made.move, code, asked.MoveMilestone(due_on=day, reason="x"), now),
        partial(made.attach, code, asked.AttachEvidence(file=FILE, title="x"), BUILDER, now),
        partial(made.reach, code, asked.ReachMilestone(), now),
        partial(made.reopen, code, asked.ReopenMilestone(reason="x"), now),
    ]


def test_the_list_of_milestones_says_what_the_constructions_say_after_any_history() -> None:
    rows: dict[str, dict[str, Any]] = {}
    projection, sequence = Milestones(), 0

    def hear(events: Any) -> None:
        nonlocal sequence
        for event in events:
            sequence += 1
            if isinstance(event, projection.hears):
                each = envelope(event, sequence)
                for key in projection.keys(event, each):
                    projection.fold(rows.setdefault(key, {"_id": key}), event, each)

    chance = random.Random(5)
    command = with_plan(asked.PlanConstruction(site="XP11", plan="xinpu-2020"), STATION)
    made, events = Construction.lay_out("bld_one111", "xinpu-2020", command, NOW)
    hear(events)
    for step in range(300):
        now = NOW + timedelta(days=step)
        code = chance.choice(list(made.milestones))
        day = (now + timedelta(days=chance.randrange(40))).date()
        for act in chance.sample(ways(made, code, day, now), 2):
            try:
                hear(act())
            except (Conflict, Unprocessable):
                continue

    said = {
        f"bld_one111:{code}": (str(each.status), each.due_on, each.reached_on)
        for code, each in made.milestones.items()
    }
    assert {key: (r["status"], r["due_on"], r["reached_on"]) for key, r in rows.items()} == said
    assert len({status for status, _, _ in said.values()}) > 2
