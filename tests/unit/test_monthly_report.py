"""A station's monthly report: who may move it, in which state, and what time does to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.reports.model import commands as asked
from services.reports.model.monthly_report import MonthFigures, MonthlyReport, MonthlyStatus
from services.reports.model.period import Period
from services.reports.model.reporting import USUAL, Rules
from shared.contracts import reports as told
from shared.contracts.base import Event
from shared.errors import Conflict, Unprocessable

STATION, OFFICE = "zhao-3", "qian-4"
CLOSED = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)  # the month ends in Shanghai
DEADLINE = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)  # Friday 18:00: Monday to Friday are five
REMINDED = datetime(2026, 11, 4, 10, 0, tzinfo=UTC)
FIGURES = MonthFigures({"totals": {"orders_placed": 7}}, {"orders": 12}, CLOSED)
FILL = asked.FillMonthlyReport(work="开展理论宣讲两场。")
RETURN = asked.ReturnMonthlyReport(reason=told.ReturnReason.FIGURES, note="请核对场次")


def due(**rules: Any) -> MonthlyReport:
    month = Period("2026-10")
    facts = Rules(**(vars(USUAL) | rules))
    report, _ = MonthlyReport.ask("mrp_one111", "XP11", month, facts, FIGURES)
    return report


def filled() -> MonthlyReport:
    report = due()
    report.fill(FILL)
    return report


def submitted() -> MonthlyReport:
    report = filled()
    report.submit(STATION, CLOSED + timedelta(days=1))
    return report


def returned() -> MonthlyReport:
    report = submitted()
    report.send_back(RETURN, OFFICE, CLOSED + timedelta(days=2))
    return report


def accepted() -> MonthlyReport:
    report = submitted()
    report.accept(OFFICE, CLOSED + timedelta(days=2))
    return report


NOW = CLOSED + timedelta(days=3)
MOVES = {
    "fill": lambda report: report.fill(FILL),
    "refill": lambda report: report.refill(FIGURES),
    "submit": lambda report: report.submit(STATION, NOW),
    "urge": lambda report: report.urge(NOW),
    "return": lambda report: report.send_back(RETURN, OFFICE, NOW),
    "accept": lambda report: report.accept(OFFICE, NOW),
}
LEADS: dict[str, dict[Any, tuple[str, type[Event] | None]]] = {
    "fill": {filled: ("due", None), returned: ("returned", None)},
    "refill": {filled: ("due", None), returned: ("returned", None)},
    "submit": {
        filled: ("submitted", told.MonthlyReportSubmitted),
        returned: ("submitted", told.MonthlyReportSubmitted),
    },
    "urge": {
        filled: ("due", told.MonthlyReportUrged),
        returned: ("returned", told.MonthlyReportUrged),
    },
    "return": {
        submitted: ("returned", told.MonthlyReportReturned),
        accepted: ("returned", told.MonthlyReportReturned),
    },
    "accept": {submitted: ("accepted", told.MonthlyReportAccepted)},
}


@pytest.mark.parametrize("state", [filled, submitted, returned, accepted])
@pytest.mark.parametrize("move", MOVES)
def test_each_move_leads_where_the_table_says_and_is_refused_elsewhere(
    move: str, state: Any
) -> None:
    report = state()

    if state in LEADS[move]:
        status, event = LEADS[move][state]
        events = MOVES[move](report)
        assert report.status == status
        assert [type(each) for each in events] == ([event] if event else [])
    else:
        with pytest.raises(Conflict) as refusal:
            MOVES[move](report)
        allowed = {name for name, states in LEADS.items() if state in states}
        assert set(refusal.value.extra["allowed"]) == allowed  # type: ignore[call-overload]


def test_it_is_due_so_many_working_days_after_its_month() -> None:
    report, [event] = MonthlyReport.ask("mrp_one111", "XP11", Period("2026-09"), USUAL, FIGURES)

    # From the first to the seventh of October nobody works; the tenth, a Saturday, is worked.
    assert report.deadline == datetime(2026, 10, 13, 10, 0, tzinfo=UTC)
    assert isinstance(event, told.MonthlyReportDue) and event.deadline == report.deadline
    assert due().deadline == DEADLINE
    assert due(due_days=1, due_hour=9).deadline == datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def test_it_is_reminded_of_then_overdue_then_urged_so_many_times() -> None:
    report = due(most_urges=2)
    found = []
    while moment := report.due_at():
        assert not report.pass_time(moment - timedelta(milliseconds=1))
        found += [(moment, type(each).__name__) for each in report.pass_time(moment)]

    day = timedelta(days=1)
    assert found == [
        (REMINDED, "MonthlyReportUrged"),
        (DEADLINE, "MonthlyReportOverdue"),
        (DEADLINE + 3 * day, "MonthlyReportUrged"),  # Monday
        (DEADLINE + 4 * day, "MonthlyReportUrged"),
    ]
    assert (report.urged, report.overdue) == (3, True)


def test_what_was_handed_in_waits_for_no_time() -> None:
    report = submitted()

    assert report.due_at() is None
    assert not report.pass_time(DEADLINE + timedelta(days=30))


def test_who_was_away_for_long_is_told_of_each_thing_once() -> None:
    report = due()

    events = report.pass_time(DEADLINE + timedelta(days=30))

    assert [type(each).__name__ for each in events] == [
        "MonthlyReportOverdue",
        "MonthlyReportUrged",
    ]
    assert not report.pass_time(DEADLINE + timedelta(days=30))


def test_what_is_returned_has_a_new_deadline_and_is_urged_anew() -> None:
    report = filled()
    report.pass_time(DEADLINE)
    report.submit(STATION, DEADLINE + timedelta(hours=1))

    [event] = report.send_back(RETURN, OFFICE, DEADLINE + timedelta(days=3))

    assert isinstance(event, told.MonthlyReportReturned)
    assert event.deadline == report.deadline == DEADLINE + timedelta(days=5)
    assert not report.overdue and report.due_at() == report.deadline
    assert [each.reason for each in report.returns] == [told.ReturnReason.FIGURES]
    assert isinstance(report.pass_time(report.deadline)[0], told.MonthlyReportOverdue)
    [again] = report.submit(STATION, report.deadline + timedelta(days=1))
    assert isinstance(again, told.MonthlyReportSubmitted)
    assert (again.times, again.on_time) == (2, False)


def test_what_it_says_is_in_its_checksum() -> None:
    one, other = submitted(), filled()
    other.fill(FILL.model_copy(update={"highlights": "红细胞队"}))
    other.submit(STATION, NOW)

    assert one.checksum == submitted().checksum != other.checksum


def test_nothing_is_handed_in_without_words_or_a_person() -> None:
    with pytest.raises(Conflict):
        due().submit(STATION, NOW)
    with pytest.raises(Unprocessable):
        filled().submit("", NOW)


def test_nobody_accepts_or_returns_what_they_handed_in() -> None:
    with pytest.raises(Conflict):
        submitted().accept(STATION, NOW)
    with pytest.raises(Conflict):
        submitted().send_back(RETURN, STATION, NOW)


def test_a_person_urges_once_an_hour() -> None:
    report = due()
    report.urge(NOW)

    with pytest.raises(Conflict):
        report.urge(NOW + timedelta(minutes=59))
    [event] = report.urge(NOW + timedelta(hours=1))
    assert isinstance(event, told.MonthlyReportUrged) and not event.automatic
    assert event.times == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"photographs": ["fil_one111"]}, "consent"),
        ({"stated": [{"measure": "cups", "number": 2, "why": "x"}]}, "stated.0.measure"),
    ],
)
def test_content_that_does_not_fit_is_refused_by_field(facts: Any, field: str) -> None:
    command = asked.FillMonthlyReport.model_validate({"work": "x"} | facts)

    with pytest.raises(Unprocessable) as refusal:
        due().fill(command)
    assert [each.field for each in refusal.value.fields] == [field]


def test_every_state_has_a_row_of_moves() -> None:
    assert {state().status for state in (due, submitted, returned, accepted)} == set(MonthlyStatus)
