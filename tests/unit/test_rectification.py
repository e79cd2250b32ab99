"""整改: ordered, answered, sent back or accepted, confirmed, closed; and its deadline."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.reports.model.commands.inspection import RecordInspection, Withdraw
from services.reports.model.commands.rectification import (
    AnswerRectification,
    ExtendDeadline,
    OrderRectification,
    SendAnswerBack,
)
from services.reports.model.inspection import Inspection
from services.reports.model.rectification import (
    MOST_ROUNDS,
    WARNED_BEFORE,
    Rectification,
)
from services.reports.model.rectification import RectificationStatus as S
from shared.contracts.base import Event
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW

DAY = timedelta(days=1)
DUE = NOW + 10 * DAY
LATER = NOW + 20 * DAY
ID = "rct_one1111"
ANSWER = AnswerRectification(text="已修缮墙面", files=["fil_one1111"], answered_by="P-0002")
BACK = SendAnswerBack(reason="照片不清", due=LATER)


def ordered(**facts: Any) -> Rectification:
    body = {"site": "XP11", "title": "阵地破损", "points": ["修缮墙面"], "due": DUE.isoformat()}
    return Rectification.order(ID, OrderRectification.model_validate(body | facts), NOW)[0]


def visit(mended: bool = True, of: str = ID, on: str = "2026-10-09") -> Inspection:
    command = RecordInspection.model_validate(
        {
            "site": "XP11",
            "on": on,
            "inspectors": ["P-0001"],
            "rectification": of,
            "mended": mended,
        }
    )
    return Inspection.record("ins_one1111", command, None, NOW + 30 * DAY)[0]


DO: dict[str, Callable[[Rectification], Sequence[Event]]] = {
    "answer": lambda it: it.answer(ANSWER, NOW),
    "accept": lambda it: it.accept("同意", NOW),
    "send-back": lambda it: it.send_back(BACK, NOW),
    "extend": lambda it: it.extend(ExtendDeadline(reason="雨季", due=LATER), NOW),
    "close": lambda it: it.close(visit(), NOW),
    "cancel": lambda it: it.cancel("误发"),
}
WAYS: dict[S, tuple[str, ...]] = {
    S.ORDERED: (),
    S.ANSWERED: ("answer",),
    S.SENT_BACK: ("answer", "send-back"),
    S.ACCEPTED: ("answer", "accept"),
    S.CLOSED: ("answer", "accept", "close"),
    S.CANCELLED: ("cancel",),
}
LEADS: dict[tuple[S, str], tuple[S, list[str]]] = {
    (S.ORDERED, "answer"): (S.ANSWERED, ["answered"]),
    (S.ORDERED, "extend"): (S.ORDERED, ["extended"]),
    (S.ORDERED, "cancel"): (S.CANCELLED, ["cancelled"]),
    (S.SENT_BACK, "answer"): (S.ANSWERED, ["answered"]),
    (S.SENT_BACK, "extend"): (S.SENT_BACK, ["extended"]),
    (S.SENT_BACK, "cancel"): (S.CANCELLED, ["cancelled"]),
    (S.ANSWERED, "accept"): (S.ACCEPTED, ["accepted"]),
    (S.ANSWERED, "send-back"): (S.SENT_BACK, ["sent-back"]),
    (S.ANSWERED, "cancel"): (S.CANCELLED, ["cancelled"]),
    (S.ACCEPTED, "close"): (S.CLOSED, ["closed"]),
    (S.ACCEPTED, "send-back"): (S.SENT_BACK, ["sent-back"]),
    (S.ACCEPTED, "cancel"): (S.CANCELLED, ["cancelled"]),
}


def that_is(status: S) -> Rectification:
    made = ordered()
    for move in WAYS[status]:
        if move == "send-back":  # to a deadline that can still be extended
            made.send_back(SendAnswerBack(reason="照片不清", due=DUE), NOW)
        else:
            DO[move](made)
    assert made.status is status
    return made


def names(events: Sequence[Event]) -> list[str]:
    return [each.name.removeprefix("reports.rectification.") for each in events]


@pytest.mark.parametrize("move", DO)
@pytest.mark.parametrize("status", S)
def test_each_move_leads_where_it_may_and_nowhere_else(status: S, move: str) -> None:
    made = that_is(status)
    if (status, move) in LEADS:
        after, told = LEADS[status, move]
        assert (names(DO[move](made)), made.status) == (told, after)
        return
    with pytest.raises(Conflict) as refused:
        DO[move](made)
    allowed = {to for of, to in LEADS if of is status}
    assert set(refused.value.extra["allowed"]) == allowed  # type: ignore[call-overload]
    assert made.status is status


def test_without_a_follow_up_accepting_closes_it() -> None:
    made = ordered(follow_up=False)
    DO["answer"](made)

    assert names(DO["accept"](made)) == ["accepted", "closed"]
    assert made.status is S.CLOSED and made.closed_at == NOW


@pytest.mark.parametrize(
    ("inspection", "says"),
    [
        (visit(of="rct_two1111"), "another one"),
        (visit(mended=False), "did not find it mended"),
        (visit(on="2026-10-08"), "2026-10-09"),
    ],
)
def test_only_a_later_visit_that_found_it_mended_closes_it(
    inspection: Inspection, says: str
) -> None:
    made = that_is(S.ACCEPTED)
    with pytest.raises(Unprocessable, match=says):
        made.close(inspection, NOW)
    assert made.status is S.ACCEPTED


def test_a_withdrawn_visit_closes_nothing() -> None:
    inspection = visit()
    inspection.withdraw(Withdraw(reason="误录"))
    with pytest.raises(Unprocessable):
        that_is(S.ACCEPTED).close(inspection, NOW)


@pytest.mark.parametrize("due", [NOW, NOW - DAY, NOW + timedelta(days=800)])
def test_a_deadline_is_in_the_future_and_not_far(due: Any) -> None:
    with pytest.raises(Unprocessable):
        ordered(due=due.isoformat())
    with pytest.raises(Unprocessable):
        that_is(S.ANSWERED).send_back(SendAnswerBack(reason="?", due=due), NOW)


def test_an_extension_is_later_than_it_was() -> None:
    with pytest.raises(Unprocessable):
        ordered().extend(ExtendDeadline(reason="?", due=DUE), NOW)


def test_a_deadline_is_warned_of_and_told_once_each() -> None:
    made = ordered()
    assert made.due_at() == DUE - WARNED_BEFORE
    assert made.pass_time(DUE - WARNED_BEFORE - timedelta(seconds=1)) == []
    assert names(made.pass_time(DUE - WARNED_BEFORE)) == ["due"]
    assert made.due_at() == DUE
    assert names(made.pass_time(DUE)) == ["overdue"]
    assert made.due_at() is None and made.pass_time(DUE + DAY) == []


def test_a_deadline_that_nobody_watched_is_overdue_without_a_warning() -> None:
    made = ordered()
    assert names(made.pass_time(DUE + DAY)) == ["overdue"]
    assert made.due_at() is None


def test_a_new_deadline_begins_anew() -> None:
    made = ordered()
    made.pass_time(DUE)
    made.answer(ANSWER, DUE + DAY)
    assert made.rounds[-1].late and made.due_at() is None
    made.send_back(BACK, DUE + DAY)
    assert (made.overdue, made.warned, made.due_at()) == (False, False, LATER - WARNED_BEFORE)
    late = ordered()
    late.pass_time(DUE)
    late.extend(ExtendDeadline(reason="雨季", due=LATER), DUE + DAY)
    assert not late.overdue and late.due_at() == LATER - WARNED_BEFORE


@pytest.mark.parametrize("status", [S.ANSWERED, S.ACCEPTED, S.CLOSED, S.CANCELLED])
def test_time_does_not_move_what_does_not_wait_for_the_site(status: S) -> None:
    made = that_is(status)
    assert made.due_at() is None and made.pass_time(DUE + DAY) == []


def test_answers_are_bounded_and_tell_no_words() -> None:
    made = ordered()
    for number in range(MOST_ROUNDS):
        (event,) = made.answer(ANSWER, NOW)
        assert ANSWER.text not in event.model_dump_json()
        made.send_back(SendAnswerBack(reason="不足", due=DUE), NOW)
        assert len(made.rounds) == number + 1
    with pytest.raises(Conflict, match="too many"):
        made.answer(ANSWER, NOW)
