"""信息报送: who checks, what counts how much, and that scores add up whatever is taken back."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.model import bulletin as model
from services.reports.model.bulletin import Bulletin, BulletinStatus
from services.reports.model.commands import (
    ReviseBulletin,
    SendBack,
    SendBulletin,
    SetScores,
    WithdrawBulletin,
    WithdrawUse,
)
from services.reports.model.scores import ScoreTable, shares
from shared.contracts.reports import (
    BulletinPoints,
    BulletinScored,
    BulletinSent,
    BulletinUsed,
    BulletinUseWithdrawn,
    MediaLevel,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW
from tests.unit.publicity import CHECKER, PHOTOGRAPH, WRITER, bulletin, use

NOT_USED = WithdrawUse(reason="未刊用")


def send(made: Bulletin, level: str) -> BulletinSent:
    [event] = made.send(SendBulletin(level=MediaLevel(level)), NOW)
    assert isinstance(event, BulletinSent)
    return event


def test_a_bulletin_is_sent_once_another_person_has_checked_it() -> None:
    made = bulletin(photographs=[PHOTOGRAPH], consent=True)
    with pytest.raises(Conflict):
        send(made, "district")
    with pytest.raises(Conflict):
        made.check(WRITER)
    made.check(CHECKER)

    first, second = send(made, "district"), send(made, "city")

    assert [(each.first, each.photographs) for each in (first, second)] == [(True, 1), (False, 1)]
    assert made.title not in first.model_dump_json()
    with pytest.raises(Conflict):
        send(made, "city")


def test_a_bulletin_counts_what_its_highest_use_does() -> None:
    made = bulletin("sent")

    told = [use(made, f"use_{level}11", level) for level in ("district", "city", "street")]

    assert [
        [(type(e), e.points) for e in each if isinstance(e, BulletinPoints)] for each in told
    ] == [
        [(BulletinUsed, 2)],
        [(BulletinUsed, 3)],
        [(BulletinUsed, 0)],
    ]
    assert (made.score, made.status) == (5, BulletinStatus.USED)


def test_a_use_that_is_taken_back_leaves_the_others_to_count_what_they_then_do() -> None:
    made = bulletin("sent")
    use(made, "use_district1", "district")
    use(made, "use_city11", "city")

    withdrawn, scored = made.withdraw_use("use_district1", NOT_USED)

    assert isinstance(withdrawn, BulletinUseWithdrawn) and isinstance(scored, BulletinScored)
    assert (withdrawn.points, scored.points, scored.use, made.score) == (-2, 2, "use_city11", 5)
    made.withdraw_use("use_city11", NOT_USED)
    assert (made.score, made.status) == (0, BulletinStatus.SENT)


@given(
    st.sampled_from(["highest", "sum"]),
    st.lists(st.tuples(st.booleans(), st.sampled_from(list(MediaLevel))), max_size=30),
)
def test_what_is_told_adds_up_to_the_score_use_by_use(rule: Any, steps: list[Any]) -> None:
    made, table = bulletin("sent"), ScoreTable(uses=rule)
    told: Counter[str] = Counter()
    for number, (adds, level) in enumerate(steps):
        if adds:
            facts = {"outlet": f"o{number}", "table": table}
            events = use(made, f"use_{number:06}", level, **facts)
        elif made.uses:
            events = list(made.withdraw_use(next(iter(made.uses)), NOT_USED))
        else:
            continue
        for event in events:
            assert isinstance(event, BulletinPoints)
            told[event.use] += event.points

    worth = [table.points_of(each.level) for each in made.uses.values()]
    assert made.score == (sum(worth) if rule == "sum" else max(worth, default=0))
    assert +told == {id: each.points for id, each in made.uses.items() if each.points}


def test_the_score_table_is_data_and_what_was_counted_stays() -> None:
    made, table = bulletin("sent"), ScoreTable()
    use(made, "use_district1", "district", table=table)

    table.set(SetScores(points={MediaLevel.DISTRICT: 7}, uses="sum"))
    [event] = use(made, "use_district2", "district", outlet="区融媒体", table=table)
    use(made, "use_city11", "city", table=table)

    assert isinstance(event, BulletinUsed)
    assert (event.points, event.edition, made.uses["use_district1"].worth) == (5, 2, 2)
    assert made.score == 7  # a level that the table does not name counts nothing
    assert shares([("a", 2), ("b", 2)], "highest") == {"a": 2, "b": 0}


@pytest.mark.parametrize(("day", "fits"), [("2026-10-08", False), ("2026-10-10", False)])
def test_a_use_before_it_was_sent_or_after_today_is_refused(day: str, fits: bool) -> None:
    made = bulletin("sent")
    with pytest.raises(Unprocessable) as refused:
        use(made, "use_one111", "district", used_on=day)
    assert [each.field for each in refused.value.fields] == ["used_on"]
    assert fits is bool(made.uses)


def test_a_use_is_recorded_once() -> None:
    made = bulletin("used")

    with pytest.raises(Conflict):
        use(made, "use_two111", "district")

    assert date.fromisoformat(made.uses["use_one111"].used_on) == date(2026, 10, 9)


MOVES: dict[str, Callable[[Bulletin], object]] = {
    "revise": lambda it: it.revise(ReviseBulletin(title="b", text="b"), WRITER),
    "check": lambda it: it.check(CHECKER),
    "send-back": lambda it: it.send_back(SendBack(reason="x")),
    "send": lambda it: it.send(SendBulletin(level=MediaLevel.NATIONAL), NOW),
    "use": lambda it: use(it, "use_new111", "national"),
    "withdraw-use": lambda it: it.withdraw_use("use_one111", NOT_USED),
    "withdraw": lambda it: it.withdraw(WithdrawBulletin(reason="x")),
}


@pytest.mark.parametrize("status", list(BulletinStatus))
@pytest.mark.parametrize("move", MOVES)
def test_each_move_of_a_bulletin_is_allowed_where_the_table_says(status: str, move: str) -> None:
    made = bulletin(status)
    if status == "withdrawn":
        made.withdraw(WithdrawBulletin(reason="x"))
    before = dict(vars(made))

    if move in model.MOVES[status]:
        MOVES[move](made)
    else:
        with pytest.raises(Conflict) as refused:
            MOVES[move](made)
        assert refused.value.extra["allowed"] == list(model.MOVES[status])
        assert vars(made) == before
