"""What reports folds: exact sums, the right month, and the same whatever the order of events."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import bson
import pytest

from services.reports.model.measures import BY_DEPARTMENT, MEASURES
from services.reports.model.period import Period
from services.reports.model.report import Before, Report, Scope
from services.reports.projections import (
    COUNTED,
    PROJECTIONS,
    Cases,
    Evidence,
    Groups,
    People,
    Serving,
    Sums,
    counted,
    period,
)
from shared.contracts import events as activities
from shared.contracts import orders, reports, volunteers
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from tests.unit.builders import NOW, STARTS

Document = dict[str, Any]

ORDER = {
    "order": "ord_one111",
    "site": "XP11",
    "item": "itm_haircut",
    "theme": "civility",
    "modes": ["help", "link"],
}
ACTIVITY = {
    "activity": "act_one111",
    "site": "XP12",
    "theme": "culture",
    "modes": ["host"],
    "series": None,
    "starts_at": STARTS,
}
SEAT = ACTIVITY | {"registration": "reg_one111", "resident": "R-000001"}
HOURS = {
    **{name: ORDER[name] for name in ("order", "site", "theme", "modes")},
    "entry": "hrs_one111",
    "volunteer": "vol_ann111",
    "team": "team_one111",
    "minutes": 44,
    "service_date": date(2026, 10, 9),
    "acceptance": "acc_ann111",
    "evidence": "e",
}
PLACED = ORDER | {
    "resident": "R-000001",
    "on_behalf": False,
    "hands": 1,
    "starts_at": STARTS,
    "ends_at": STARTS,
}
COMPLETED = ORDER | {"resident": "R-000001", "hands": 1, "minutes": 44}
ACCEPTED = ORDER | {
    "acceptance": "acc_ann111",
    "volunteer": "vol_ann111",
    "team": "team_one111",
}
RATED = ORDER | {"stars": 4, "automatic": False, "on_behalf": False}

ANYTHING: Document = {
    **(SEAT | HOURS | PLACED),
    "session": "s1",
    "reason": "x",
    "title": "x",
    "number": "1",
    "people": 1,
    "difference": -14,
    "points_difference": 0,
    "previous": "",
    "hash": "",
    "total_minutes": 30,
    "wish": "wsh_one111",
    "question": "qst_one111",
    "snapshot": "snp_one111",
    "shift": "shf_one111",
    "sign_up": "sgn_one111",
    "purpose": "duty",
    "plan": None,
    "sign_up_mode": "instant",
    "qualifications": [],
    "unit": None,
    "department": "justice-office",
    "until": STARTS,
    "topic": "law",
    "channel": "telephone",
    "working_minutes": 60,
    "routings": 1,
    "since": STARTS,
    "survey": "svy_one111",
    "answer": "ans_one111",
    "wants": [],
    "hours": 300,
    "copies": 1,
    "stock": 1,
    "recipient": "rcp_one111",
    "visit": "vis_one111",
    "volunteers": [],
    "visited_at": STARTS,
    "next_visit": None,
    "pairing": "par_one111",
    "certificate": "cer_one111",
    "notice_until": STARTS,
    "training": "t",
    "campaign": "cmp_one111",
    "category": "civilized-family",
    "year": 2026,
    "sites": [],
    "nominations_close_at": STARTS,
    "winners": [],
    "round": 1,
    "voices": 1,
    "spoiled": 0,
    "digest": "d",
    "parts": 1,
    "struck": [],
    "standings": [],
    "nominee": "nom_one111",
    "nominator": "resident",
    "honour": "hon_one111",
    "drive": "drv_one111",
    "tasks": 1,
    "task": "tsk_one111",
    "report": "rpt_one111",
    "found": 9,
    "mended": 7,
    "helpers": 5,
    "photographs_before": 1,
    "photographs_after": 1,
    "done": True,
    "audience": "newcomers",
    "programme": "prg_one111",
    "enrolment": "enr_one111",
    "rounds": 1,
    **dict.fromkeys(
        ("published_on", "sent_on", "used_on", "reached_on", "due_on", "decided_on"),
        date(2026, 10, 9),
    ),
    "construction": "bld_one111",
    "milestone": "place",
    "phase": "preparation",
    "days_late": 2,
    "evidence": 1,
    "acceptance": "acp_one111",
    "unmet": [],
    "again": [],
    "coverage": "cov_one111",
    "medium": "newspaper",
    "level": "city",
    "case": "mca_one111",
    "photographs": 1,
    "bulletin": "bul_one111",
    "first": True,
    "use": "use_one111",
    "points": 3,
    "score": 5,
    "edition": 1,
}
"""A value for each field that some event asks for."""

OWN: tuple[tuple[type[Event], dict[str, int]], ...] = (
    (reports.PublicityRecorded, {"coverage": 1}),
    (reports.PublicityWithdrawn, {"coverage": -1}),
    (reports.ModelCasePublished, {"model_cases": 1}),
    (reports.ModelCaseWithdrawn, {"model_cases": -1}),
    (reports.BulletinSent, {"bulletin_sendings": 1, "bulletins_sent": 1}),
    (reports.BulletinUsed, {"bulletin_uses": 1, "bulletin_points": 3}),
    (reports.BulletinScored, {"bulletin_points": 3}),
    (reports.MilestoneReached, {"milestones_reached": 1, "milestones_late": 1}),
    (reports.MilestoneReopened, {"milestones_reopened": 1}),
    (reports.MilestoneOverdue, {"milestones_overdue": 1}),
    (reports.AcceptancePassed, {"acceptances_passed": 1}),
    (reports.AcceptanceSentBack, {"acceptances_sent_back": 1}),
    (reports.BulletinUseWithdrawn, {"bulletin_uses": -1, "bulletin_points": 3}),
)
"""Of what reports itself keeps."""

TOLD: list[tuple[Event, dict[str, int]]] = [
    (orders.OrderPlaced.model_validate(PLACED), {"orders_placed": 1}),
    (
        orders.OrderPlaced.model_validate(PLACED | {"on_behalf": True}),
        {"orders_placed": 1, "orders_on_behalf": 1},
    ),
    (orders.OrderRejected.model_validate(ORDER | {"reason": "x"}), {"orders_rejected": 1}),
    (
        orders.OrderCancelled.model_validate(ORDER | {"by": "office", "reason": "x"}),
        {"orders_cancelled": 1},
    ),
    (orders.OrderCompleted.model_validate(COMPLETED), {"orders_completed": 1}),
    (orders.OrderRated.model_validate(RATED), {"ratings": 1, "stars": 4, "ratings_4": 1}),
    (orders.OrderReopened.model_validate(ORDER | {"stars": 1}), {"orders_reopened": 1}),
    (orders.OrderClosed.model_validate(ORDER), {"orders_closed": 1}),
    (
        orders.OrderOverdue.model_validate(ORDER | {"stage": "vet", "since": NOW}),
        {"stages_overdue": 1, "overdue_vet": 1},
    ),
    (
        volunteers.HoursCredited.model_validate(HOURS),
        {"service_entries": 1, "service_minutes": 44},
    ),
    (
        activities.ActivityAnnounced.model_validate(
            ACTIVITY | {"title": "x", "ends_at": STARTS, "capacity": 2}
        ),
        {"activities_announced": 1},
    ),
    (
        activities.ActivityCancelled.model_validate(ACTIVITY | {"reason": "x"}),
        {"activities_cancelled": 1},
    ),
    (activities.ActivityHeld.model_validate(ACTIVITY | {"attendances": 9}), {"sessions_held": 1}),
    (activities.RegistrationAttended.model_validate(SEAT), {"attendances": 1}),
    (
        orders.OrderAccepted.model_validate(ACCEPTED | {"starts_at": STARTS, "ends_at": STARTS}),
        {"acceptances": 1},
    ),
    (
        orders.OrderReleased.model_validate(ACCEPTED | {"reason": "declined"}),
        {"acceptances_released": 1},
    ),
    (
        orders.OrderRated.model_validate(RATED | {"automatic": True}),
        {"ratings": 1, "stars": 4, "ratings_4": 1, "ratings_automatic": 1},
    ),
    (activities.RegistrationConfirmed.model_validate(SEAT), {"registrations": 1}),
    (activities.RegistrationPromoted.model_validate(SEAT), {"registrations": 1}),
    (activities.RegistrationWaitlisted.model_validate(SEAT), {"registrations_waitlisted": 1}),
    (activities.RegistrationCancelled.model_validate(SEAT), {"registrations_cancelled": 1}),
    (activities.RegistrationAttended.model_validate(SEAT | {"people": 4}), {"attendances": 4}),
    (
        activities.AttendanceCounted.model_validate(ACTIVITY | {"session": "1", "people": 3}),
        {"attendances": 3},
    ),
    *(
        (contract.model_validate(ANYTHING | facts), counts)
        for contract, facts, counts in (
            (activities.SessionCancelled, {}, {"sessions_cancelled": 1}),
            (activities.DepartmentAccepted, {}, {"activities_supported": 1}),
            (volunteers.HoursCorrected, {}, {"service_corrections": 1, "service_minutes": -14}),
            (volunteers.VolunteerRegistered, {}, {"volunteers_registered": 1}),
            (volunteers.VolunteerVerified, {}, {"volunteers_verified": 1}),
            (volunteers.TeamFormed, {}, {"teams_formed": 1}),
            (volunteers.ShiftPlanned, {}, {"shifts_planned": 1}),
            (volunteers.ShiftCancelled, {"reason": "by-hand"}, {"shifts_cancelled": 1}),
            (volunteers.ShiftMissed, {}, {"shifts_missed": 1}),
            (volunteers.StarAwarded, {"stars": 2}, {"stars_awarded": 1}),
            (orders.WishMade, {"kind": "goods"}, {"wishes_made": 1}),
            (orders.WishClaimed, {}, {"wishes_claimed": 1}),
            (orders.WishGranted, {"photographs": 1}, {"wishes_granted": 1}),
            (orders.WishLapsed, {}, {"wishes_lapsed": 1}),
            (orders.QuestionAsked, {}, {"questions_asked": 1}),
            (
                orders.QuestionAnswered,
                {"minutes": 90},
                {"questions_answered": 1, "answer_minutes": 90},
            ),
            (orders.QuestionOverdue, {}, {"questions_overdue": 1}),
            (orders.SnapshotTaken, {"photographs": 1, "kind": "piles"}, {"snapshots_taken": 1}),
            (orders.SnapshotMended, {"kind": "piles"}, {"snapshots_mended": 1}),
            (
                orders.SnapshotRefused,
                {"kind": "piles", "reason": "unclear"},
                {"snapshots_refused": 1},
            ),
            (orders.SurveyAnswered, {"voices": 40}, {"survey_voices": 40}),
            (orders.MaterialHandedOut, {"copies": 12}, {"materials_handed_out": 12}),
            (orders.RecipientVisited, {}, {"visits_made": 1}),
            (
                orders.PairingMade,
                {"kind": "household", "since": NOW.date(), "until": NOW.date()},
                {"pairings_made": 1},
            ),
            (
                volunteers.CertificateIssued,
                {"since": NOW.date(), "until": NOW.date()},
                {"certificates_issued": 1},
            ),
            (volunteers.TrainingRecorded, {}, {"trainings": 1}),
            (activities.CampaignOpened, {}, {"campaigns_opened": 1}),
            (activities.CampaignDecided, {}, {"campaigns_decided": 1}),
            (activities.CampaignRoundCounted, {"kind": "public", "voices": 88}, {"votes": 88}),
            (activities.NominationSubmitted, {}, {"nominations": 1}),
            (activities.HonourAwarded, {}, {"honours_awarded": 1}),
            (activities.HonourRevoked, {"ground": "misconduct"}, {"honours_revoked": 1}),
            (activities.HonourRestored, {}, {"honours_restored": 1}),
            (activities.DriveOpened, {"kind": "civil-travel"}, {"drives_opened": 1}),
            (
                activities.DriveReported,
                {"kind": "civil-travel", "at_site": "XP12"},
                {"drive_cases_found": 9, "drive_cases_mended": 7, "drive_helpers": 5},
            ),
            (
                activities.ProgrammeSessionHeld,
                {"session": 1, "attendances": 9},
                {"programme_sessions": 1},
            ),
            (activities.EnrolmentAttended, {"session": 1}, {"programme_attendances": 1}),
            (activities.EnrolmentCompleted, {}, {"programme_completions": 1}),
        )
    ),
    *((contract.model_validate(ANYTHING | {"kind": "family"}), counts) for contract, counts in OWN),
]


def envelope(event: Event, sequence: int, time: datetime = NOW) -> Envelope:
    return Envelope(
        id=f"e{sequence}",
        source=event.publisher,
        type=event.type,
        subject="x",
        time=time,
        sequence=sequence,
        epoch="epoch1",
        correlation="",
        traceparent="",
        data={},
        raw={},
    )


def folded(projection: Projection, told: list[Event]) -> dict[str, Document]:
    rows: dict[str, Document] = {}
    for sequence, event in enumerate(told, 1):
        if isinstance(event, projection.hears):
            each = envelope(event, sequence)
            for key in projection.keys(event, each):
                projection.fold(rows.setdefault(key, {"_id": key}), event, each)
    return rows


@pytest.mark.parametrize(("event", "counts"), TOLD, ids=lambda each: type(each).__name__)
def test_each_event_adds_its_counts(event: Event, counts: dict[str, int]) -> None:
    assert counted(event) == counts


def test_everything_that_is_counted_is_tested_here() -> None:
    assert {type(event) for event, _ in TOLD} == set(COUNTED)


def test_what_can_be_told_of_a_department_is_what_events_with_one_count() -> None:
    told = {
        name
        for event, counts in TOLD
        if {"department", "organiser"} & type(event).model_fields.keys()
        for name in counts
    }
    # Durations and the names of stages follow from an order's history.
    history = {"orders_accepted", "accept_minutes", "orders_served", "serve_minutes"}
    varied = {name for name in MEASURES if name.startswith(("overdue_", "ratings_"))}
    assert told | history | varied | {"people", "volunteers"} == BY_DEPARTMENT


def test_a_department_has_what_it_handles_and_what_it_hosts() -> None:
    completed = orders.OrderCompleted.model_validate(COMPLETED | {"department": "justice-office"})
    come = activities.RegistrationAttended.model_validate(
        SEAT | {"resident": "R-000002", "organiser": "justice-office"}
    )

    groups, people = folded(Groups(), [completed, come]), folded(People(), [completed, come, come])

    office = groups["2026-10:department:justice-office"]
    assert office["totals"] == {"attendances": 1, "orders_completed": 1}
    assert office["by_site"] == {"XP11": {"orders_completed": 1}, "XP12": {"attendances": 1}}
    reached = [each for each in people.values() if each["site"] == "justice-office"]
    assert sum(each["count"] for each in reached if each["period"] == "2026-10") == 2
    [evidence] = folded(Evidence(), [come]).values()
    assert evidence["department"] == "justice-office"


def test_a_site_has_its_sums_by_theme_and_by_mode() -> None:
    placed, completed = TOLD[0][0], TOLD[4][0]

    row = folded(Sums(), [placed, placed, completed])["2026-10:XP11"]

    sums = {"orders_completed": 1, "orders_placed": 2}
    assert row["totals"] == sums
    assert row["by_theme"] == {"civility": sums}
    assert row["by_mode"] == {"help": sums, "link": sums}


@pytest.mark.parametrize(
    "projection", [Sums(), Groups(), People(), Serving()], ids=lambda each: each.name
)
def test_the_sums_are_the_same_to_the_byte_in_any_order(projection: Projection) -> None:
    told = [event for event, _ in TOLD] * 3
    straight = folded(projection, told)
    random.Random(7).shuffle(told)

    mixed = folded(projection, told)

    assert straight
    assert {key: bson.encode(row) for key, row in mixed.items()} == {
        key: bson.encode(row) for key, row in straight.items()
    }


def test_the_street_and_each_day_have_sums_of_their_own() -> None:
    rows = folded(Sums(), [event for event, _ in TOLD])

    assert sorted(rows) == sorted(
        f"{period}:{site}"
        for period in ("2026-10", "2026-10-09")
        for site in ("XP11", "XP12", "street")
    )
    for day in ("2026-10", "2026-10-09"):
        here, there = (rows[f"{day}:{site}"]["totals"] for site in ("XP11", "XP12"))
        assert rows[f"{day}:street"]["totals"] == {
            name: here.get(name, 0) + there.get(name, 0) for name in here | there
        }


def test_a_team_a_series_and_a_menu_item_have_sums_of_their_own() -> None:
    in_a_series = activities.ActivityHeld.model_validate(
        ACTIVITY | {"attendances": 9, "series": "reading"}
    )

    rows = folded(Groups(), [TOLD[9][0], in_a_series, TOLD[0][0], TOLD[12][0]])

    found = {(row["kind"], row["group"]): row["totals"] for row in rows.values()}
    assert found == {
        ("team", "team_one111"): {"service_entries": 1, "service_minutes": 44},
        ("series", "reading"): {"sessions_held": 1},
        ("item", "itm_haircut"): {"orders_placed": 1},
    }


def test_the_evidence_adds_up_to_the_sums() -> None:
    told = [event for event, _ in TOLD] * 2
    evidence, sums = folded(Evidence(), told), folded(Sums(), told)

    again: dict[str, int] = {}
    for row in evidence.values():
        for name, count in row["counts"].items():
            again[name] = again.get(name, 0) + count
            assert name in row["measures"]
    assert len(evidence) == len(told)
    assert again == {
        name: sums["2026-10:XP11"]["totals"].get(name, 0)
        + sums["2026-10:XP12"]["totals"].get(name, 0)
        for name in again
    }


def test_every_number_is_in_the_data_dictionary() -> None:
    told = [event for event, _ in TOLD]
    rows = [*folded(Sums(), told).values(), *folded(Evidence(), told).values()]

    named = {name for row in rows for name in (*row.get("totals", ()), *row.get("measures", ()))}
    assert named
    assert named <= set(MEASURES)


def test_what_is_looked_up_is_folded_behind_what_looks_it_up() -> None:
    assert isinstance(PROJECTIONS[-1], Cases)


@pytest.mark.parametrize(
    ("event", "month"),
    [
        (TOLD[0][0], "2026-12"),  # of the command
        (volunteers.HoursCredited.model_validate(HOURS), "2026-10"),  # of the service
        (TOLD[12][0], "2026-10"),  # of the activity
    ],
)
def test_an_event_counts_in_the_month_it_belongs_to(event: Event, month: str) -> None:
    new_month_in_shanghai = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    assert period(event, envelope(event, 1, new_month_in_shanghai)) == month


def published(figures: Document, **facts: Any) -> tuple[Report, Document]:
    """The report, and what it tells."""
    usual = {"as_of": {"orders": 5}, "before": None, "now": NOW} | facts
    report, [event] = Report.publish(
        "rpt_one111", Period("2026-10"), Scope(), figures=figures, **usual
    )
    return report, event.model_dump()


def test_a_reports_checksum_depends_on_its_figures_alone() -> None:
    one, told = published({"a": 1})
    same, _ = published({"a": 1}, as_of={"orders": 9}, before=Before("rpt_two222", 3))
    other, _ = published({"a": 2, "b": 1})
    turned, _ = published({"b": 1, "a": 2})

    assert one.checksum == same.checksum != other.checksum == turned.checksum
    assert told["checksum"] == one.checksum
    assert (same.supersedes, same.revision, one.revision) == ("rpt_two222", 4, 1)


def test_a_report_is_provisional_until_its_period_is_over_in_shanghai() -> None:
    over = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)

    for moment, final in ((over - timedelta(milliseconds=1), False), (over, True)):
        report, told = published({}, now=moment)
        assert (report.final, told["final"]) == (final, final)
