"""A sheet of hours: two people, all rows or none, time to object, and then the ledger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.volunteers.model.commands.hours import (
    AnnounceSheet,
    CheckSheet,
    DecideObjection,
    EnterSheet,
    ObjectToRow,
    RefuseSheet,
)
from services.volunteers.model.sheet import MOVES, Sheet, SheetStatus
from services.volunteers.model.sheet_row import RowStatus
from shared.contracts.volunteers import (
    HoursAnnounced,
    HoursDisputed,
    HoursEntered,
    HoursRefusal,
    HoursRefused,
    HoursSource,
)
from shared.errors import Conflict, NotFound, ShijianError, Unprocessable
from tests.unit.builders import ANN, BOB, CAI, HOUR, NOW, TEAM
from tests.unit.test_ledger import service

SHEET = "sht_one111"
DAY = timedelta(days=1)
BEGAN = NOW - 5 * HOUR
LI, WANG, ZHAO = "li", "wang", "zhao"


def command(**facts: Any) -> EnterSheet:
    usual: dict[str, Any] = {
        "site": "XP11",
        "team": TEAM,
        "theme": "civility",
        "modes": ["help"],
        "started_at": BEGAN,
        "ended_at": BEGAN + 2 * HOUR,
        "scans": ["fil_one111"],
        "rows": [{"volunteer": ANN}, {"volunteer": BOB}, {"volunteer": CAI}],
    }
    return EnterSheet.model_validate(usual | facts)


def entered(**facts: Any) -> Sheet:
    return Sheet.enter(SHEET, command(**facts), ["fil_one111 sha256:00"], LI, NOW)[0]


def checked(sheet: Sheet, *, announce: bool = True, by: str = WANG) -> Sheet:
    sheet.check(CheckSheet(announce=announce), by, {ANN}, {}, 3, NOW)
    return sheet


def announced() -> Sheet:
    return checked(entered())


def settled(sheet: Sheet) -> Sheet:
    now = NOW + 3 * DAY
    sheet.settle(dict.fromkeys(sheet.waiting(now), 1), {}, now)
    return sheet


def sheet_that_is(status: SheetStatus) -> Sheet:
    match status:
        case SheetStatus.ENTERED:
            return entered()
        case SheetStatus.CHECKED:
            return checked(entered(), announce=False)
        case SheetStatus.ANNOUNCED:
            sheet = announced()
            sheet.object_to("1", ObjectToRow(reason="was not there"), ZHAO, NOW)
            return sheet
        case SheetStatus.CREDITED:
            sheet = announced()
            sheet.settle({"1": 1, "2": 1}, {"3": "hrs_other11"}, NOW + 3 * DAY)
            return sheet
        case SheetStatus.REFUSED:
            sheet = entered()
            sheet.refuse(RefuseSheet(reason="no stamp"), WANG, NOW)
            return sheet
        case SheetStatus.WITHDRAWN:
            sheet = entered()
            sheet.withdraw(LI, NOW)
            return sheet


CALLS: dict[str, Callable[[Sheet], object]] = {
    "check": lambda sheet: sheet.check(CheckSheet(), WANG, set(), {}, 3, NOW),
    "announce": lambda sheet: sheet.announce(3, NOW),
    "refuse": lambda sheet: sheet.refuse(RefuseSheet(reason="no"), WANG, NOW),
    "withdraw": lambda sheet: sheet.withdraw(LI, NOW),
    "object": lambda sheet: sheet.object_to("1", ObjectToRow(reason="no"), ZHAO, NOW),
    "decide": lambda sheet: sheet.decide("1", DecideObjection(uphold=True, reason="so"), WANG, NOW),
    "retry": lambda sheet: sheet.retry(NOW),
}


@pytest.mark.parametrize("move", CALLS)
@pytest.mark.parametrize("status", SheetStatus)
def test_each_move_is_made_in_its_states_and_refused_in_others(
    status: SheetStatus, move: str
) -> None:
    sheet = sheet_that_is(status)
    before = repr(sheet)

    if move in MOVES[status]:
        CALLS[move](sheet)
        assert repr(sheet) != before
    else:
        with pytest.raises(Conflict) as refused:
            CALLS[move](sheet)
        assert refused.value.extra["allowed"] == list(MOVES[status])
        assert repr(sheet) == before


# ---- 录入 ----


def test_rows_take_the_sheets_times_or_their_own_and_pauses_are_not_served() -> None:
    sheet, [event] = Sheet.enter(
        SHEET,
        command(
            rows=[
                {"volunteer": ANN},
                {"volunteer": BOB, "ended_at": (BEGAN + HOUR).isoformat()},  # left early
                {"volunteer": CAI, "pause": 15},
            ]
        ),
        [],
        LI,
        NOW,
    )

    assert {row.volunteer: row.minutes for row in sheet.rows.values()} == {
        ANN: 120,
        BOB: 60,
        CAI: 105,
    }
    assert event == HoursEntered(
        site="XP11", sheet=SHEET, source=HoursSource.PAPER, rows=3, minutes=285
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"ended_at": BEGAN}, "ends before"),
        ({"started_at": NOW - 25 * HOUR, "ended_at": NOW}, "24 hours"),
        ({"ended_at": NOW + HOUR}, "not ended"),
        ({"pause": 120}, "no minute"),
        ({"volunteer": ANN, "started_at": BEGAN + HOUR}, "row 1"),  # on the sheet already
    ],
)
def test_one_row_that_can_not_be_refuses_all_and_is_named(row: dict[str, Any], words: str) -> None:
    rows = [{"volunteer": ANN}, {"volunteer": BOB}, {"volunteer": CAI} | row]

    with pytest.raises(Unprocessable) as refused:
        entered(rows=rows)

    [problem] = refused.value.fields
    assert problem.field == "rows.2" and words in problem.text.en


def test_a_volunteer_may_stand_on_a_sheet_twice_at_other_times() -> None:
    later = {"volunteer": ANN, "started_at": BEGAN + 2 * HOUR, "ended_at": BEGAN + 3 * HOUR}

    assert len(entered(rows=[{"volunteer": ANN}, later]).rows) == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"scans": []},
        {"source": "statement", "scans": []},  # without an explanation
        {"source": "order"},
        {"rows": []},
        {"rows": [{"volunteer": ANN}] * 201},
    ],
)
def test_without_evidence_nothing_is_entered(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        command(**facts)


# ---- 审核 ----


@pytest.mark.parametrize(("by", "words"), [(LI, "Another person"), (BOB, "of their own")])
def test_who_entered_it_or_served_does_not_check_it(by: str, words: str) -> None:
    sheet = entered()

    with pytest.raises(Unprocessable, match=words):
        sheet.check(CheckSheet(), by, {ANN, BOB}, {}, 3, NOW)

    assert sheet.status is SheetStatus.ENTERED


def test_one_row_with_other_minutes_in_its_way_stops_the_check_of_all() -> None:
    sheet = entered()

    with pytest.raises(Unprocessable) as refused:
        sheet.check(CheckSheet(), WANG, set(), {"2": "hrs_other11"}, 3, NOW)

    assert [each.field for each in refused.value.fields] == ["rows.2"]
    assert sheet.status is SheetStatus.ENTERED


def test_a_checked_sheet_is_announced_with_its_minutes_and_no_names() -> None:
    [event] = entered().check(CheckSheet(), WANG, set(), {}, 3, NOW)

    assert isinstance(event, HoursAnnounced)
    assert event.until == NOW + 3 * DAY
    assert [(row.row, row.volunteer, row.minutes) for row in event.rows] == [
        ("1", ANN, 120),
        ("2", BOB, 120),
        ("3", CAI, 120),
    ]


def test_a_check_may_leave_the_announcement_for_later() -> None:
    sheet = checked(entered(), announce=False)
    assert (sheet.status, sheet.due_at()) == (SheetStatus.CHECKED, None)

    AnnounceSheet()
    sheet.announce(3, NOW + DAY)
    assert sheet.due_at() == NOW + 4 * DAY


# ---- 公示 ----


def test_an_objection_holds_up_its_row_and_no_other() -> None:
    sheet = announced()

    [event] = sheet.object_to("2", ObjectToRow(reason="was ill that day"), ZHAO, NOW)
    assert event == HoursDisputed(site="XP11", sheet=SHEET, row="2", volunteer=BOB)

    assert set(sheet.waiting(NOW + 3 * DAY)) == {"1", "3"}
    settled(sheet)
    assert (sheet.status, sheet.due_at()) == (SheetStatus.ANNOUNCED, None)


def test_nobody_objects_after_the_announcement() -> None:
    sheet = announced()

    with pytest.raises(Conflict, match="over"):
        sheet.object_to("2", ObjectToRow(reason="late"), ZHAO, NOW + 3 * DAY)


@pytest.mark.parametrize("by", [LI, ZHAO])
def test_neither_who_entered_nor_who_objects_decides(by: str) -> None:
    sheet = sheet_that_is(SheetStatus.ANNOUNCED)

    with pytest.raises(Unprocessable):
        sheet.decide("1", DecideObjection(uphold=True, reason="so"), by, NOW)


def test_an_upheld_objection_refuses_the_row_and_a_dismissed_one_lets_it_go_on() -> None:
    sheet = announced()
    for row in ("1", "2"):
        sheet.object_to(row, ObjectToRow(reason="?"), ZHAO, NOW)
    settled(sheet)

    [event] = sheet.decide("1", DecideObjection(uphold=True, reason="he was not"), WANG, NOW)
    assert event == HoursRefused(
        site="XP11", sheet=SHEET, rows=["1"], reason=HoursRefusal.OBJECTION
    )
    assert sheet.decide("2", DecideObjection(uphold=False, reason="he was"), WANG, NOW) == []

    assert sheet.due_at() == NOW + 3 * DAY
    assert set(sheet.waiting(NOW + 4 * DAY)) == {"2"}
    settled(sheet)
    assert sheet.status is SheetStatus.CREDITED
    assert [row.status for row in sheet.rows.values()] == [
        RowStatus.REFUSED,
        RowStatus.CREDITED,
        RowStatus.CREDITED,
    ]


def test_a_sheet_all_of_whose_rows_were_refused_is_refused() -> None:
    sheet = entered(rows=[{"volunteer": ANN}])
    checked(sheet, by=WANG)
    sheet.object_to("1", ObjectToRow(reason="?"), ZHAO, NOW)
    sheet.decide("1", DecideObjection(uphold=True, reason="so"), WANG, NOW)

    assert (sheet.status, sheet.due_at()) == (SheetStatus.REFUSED, None)


def test_a_row_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        announced().object_to("9", ObjectToRow(reason="?"), ZHAO, NOW)


# ---- 入账 ----


def test_nothing_is_credited_before_the_announcement_is_over() -> None:
    sheet = announced()

    assert sheet.waiting(NOW + 3 * DAY - timedelta(seconds=1)) == {}
    assert sheet.due_at() == NOW + 3 * DAY


def test_each_row_names_its_evidence_its_team_and_both_people() -> None:
    found = announced().waiting(NOW + 3 * DAY)["2"]

    assert (found.volunteer, found.team, found.minutes) == (BOB, TEAM, 120)
    assert (found.entered_by, found.checked_by) == (LI, WANG)
    assert (found.sheet, found.row, found.entry) == (SHEET, "2", "sht_one111002")
    assert found.evidence == ["fil_one111 sha256:00"]
    assert found.announced_until == NOW + 3 * DAY


def test_a_row_with_other_minutes_in_its_way_is_blocked_and_tried_again_when_asked() -> None:
    sheet = announced()

    [event] = sheet.settle({"1": 4, "2": 1}, {"3": "hrs_other11"}, NOW + 3 * DAY)
    assert event == HoursRefused(site="XP11", sheet=SHEET, rows=["3"], reason=HoursRefusal.OVERLAP)
    assert (sheet.status, sheet.due_at()) == (SheetStatus.CREDITED, None)
    assert (sheet.rows["1"].link, sheet.rows["3"].in_the_way) == (4, "hrs_other11")

    sheet.retry(NOW + 5 * DAY)
    assert set(sheet.waiting(NOW + 5 * DAY)) == {"3"}
    sheet.settle({"3": 7}, {}, NOW + 5 * DAY)
    assert sheet.rows["3"].status is RowStatus.CREDITED
    with pytest.raises(Conflict):
        sheet.retry(NOW + 6 * DAY)


def test_what_a_machine_saw_is_announced_where_a_rule_says_so() -> None:
    sheet, [event] = Sheet.of_machine("hrs_one111", service(), 2, "", NOW)

    assert isinstance(event, HoursAnnounced) and event.until == NOW + 2 * DAY
    [found] = sheet.waiting(NOW + 2 * DAY).values()
    assert (found.entry, found.acceptance) == ("hrs_one111", service().acceptance)


def test_what_a_machine_saw_waits_for_a_person_where_other_minutes_are_in_its_way() -> None:
    sheet, [event] = Sheet.of_machine("hrs_one111", service(), 0, "hrs_other11", NOW)

    assert isinstance(event, HoursRefused) and event.reason is HoursRefusal.OVERLAP
    assert sheet.due_at() is None
    sheet.retry(NOW)
    assert set(sheet.waiting(NOW)) == {"1"}


def test_only_who_entered_it_withdraws_it() -> None:
    with pytest.raises(ShijianError, match="Only who entered"):
        entered().withdraw(WANG, NOW)
