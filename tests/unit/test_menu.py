"""The menu: kinds, editions, seasons, lead times, questions, quotas, stock, co-organisers."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.orders.model.commands import (
    AnswerCoOrganising,
    ChangeMenuItem,
    HandOut,
    PublishMenuItem,
    Quota,
    QuotaPeriod,
    Season,
    StockMaterial,
)
from services.orders.model.menu_item import MOVES, MenuItem, MenuItemStatus
from services.orders.model.order import Order
from services.orders.model.questions import DEEPEST, check_answers, check_questions
from services.orders.model.quota import QuotaBook, period_of
from shared.contracts import orders as told
from shared.contracts.orders import ItemKind
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW, STARTS, item, place

ID = "itm_haircut"
DAY = timedelta(days=1)
FACTS: dict[str, Any] = {"title": "理发", "theme": Theme.CIVILITY, "modes": [Mode.HELP]}
BOOKLET: dict[str, Any] = FACTS | {"kind": ItemKind.MATERIAL, "hands": 0}
ASKED = {
    "type": "object",
    "properties": {
        "floor": {"type": "integer", "minimum": 1, "maximum": 60},
        "lift": {"type": "boolean"},
        "language": {"enum": ["普通话", "方言"]},
        "on": {"type": "string", "format": "date"},
    },
    "required": ["floor"],
}


def fields_of(refused: pytest.ExceptionInfo[Unprocessable]) -> list[str]:
    return [each.field for each in refused.value.fields]


def published(**facts: Any) -> MenuItem:
    found, _ = MenuItem.publish(ID, PublishMenuItem(**FACTS | facts))
    return found


# ---- editions ----


def test_a_draft_is_told_of_when_it_is_published() -> None:
    draft, events = MenuItem.publish(ID, PublishMenuItem(**FACTS, draft=True))
    assert (draft.status, events) == (MenuItemStatus.DRAFT, [])
    assert not draft.offered_at("XP11")
    assert draft.change(ID, ChangeMenuItem(**FACTS | {"minutes": 30}), NOW) == []

    [event] = draft.publish_again(ID, NOW)

    assert isinstance(event, told.MenuItemPublished)
    assert (event.minutes, event.edition, draft.earlier) == (30, 1, {})


def test_an_old_order_names_the_edition_that_shows_the_item_as_it_was() -> None:
    found = published(minutes=60)
    order, _ = Order.place("ord_one111", place(), found, "office", NOW)

    [event] = found.change(ID, ChangeMenuItem(**FACTS | {"title": "剪发", "minutes": 90}), NOW)

    assert isinstance(event, told.MenuItemChanged)
    assert (event.edition, event.minutes) == (2, 90)
    assert (order.edition, found.edition) == (1, 2)
    as_it_was = found.earlier[str(order.edition)]
    assert (as_it_was.title, as_it_was.minutes) == ("理发", 60)
    assert found.change(ID, ChangeMenuItem(**FACTS | {"title": "剪发", "minutes": 90}), NOW) == []


DO: dict[str, Callable[[MenuItem], object]] = {
    "change": lambda each: each.change(ID, ChangeMenuItem(**FACTS | {"minutes": 5}), NOW),
    "publish": lambda each: each.publish_again(ID, NOW),
    "withdraw": lambda each: each.withdraw(ID, NOW),
    "stock": lambda each: each.stock_up(ID, StockMaterial(difference=1), NOW),
    "hand-out": lambda each: each.hand_out(ID, HandOut(site="XP11", copies=1), NOW),
    "co-organise": lambda each: each.answer(
        ID, AnswerCoOrganising(department=Department.WOMENS_FEDERATION, accepted=True), NOW
    ),
}


@pytest.mark.parametrize("move", DO)
@pytest.mark.parametrize("status", MenuItemStatus)
def test_every_command_in_every_status_of_an_item(status: MenuItemStatus, move: str) -> None:
    found = item(
        status=status,
        kind=ItemKind.MATERIAL,
        stock=5,
        co_organisers=[Department.WOMENS_FEDERATION],
    )
    before = copy.deepcopy(found)

    if move in MOVES[status]:
        DO[move](found)
        assert found != before
        return
    with pytest.raises(Conflict) as refused:
        DO[move](found)
    assert refused.value.extra["allowed"] == list(MOVES[status])
    assert found == before


def test_a_co_organiser_accepts_or_declines_and_may_think_again() -> None:
    found = published(co_organisers=[Department.WOMENS_FEDERATION, Department.TRADE_UNION])
    yes = AnswerCoOrganising(department=Department.TRADE_UNION, accepted=True)
    no = AnswerCoOrganising(department=Department.TRADE_UNION, accepted=False)

    [event] = found.answer(ID, yes, NOW)
    assert found.answer(ID, yes, NOW) == []
    assert len(found.answer(ID, no, NOW)) == 1

    assert event.model_dump() == {"item": ID, "department": "trade-union", "accepted": True}
    assert found.co_answers == {Department.TRADE_UNION: False}
    with pytest.raises(Unprocessable):
        found.answer(
            ID, AnswerCoOrganising(department=Department.HEALTH_OFFICE, accepted=True), NOW
        )
    found.change(ID, ChangeMenuItem(**FACTS), NOW)
    assert found.co_answers == {}  # asked no longer


# ---- what an order asks ----


@pytest.mark.parametrize(
    ("facts", "asked", "field"),
    [
        ({"status": MenuItemStatus.DRAFT}, {}, "item"),
        ({"season": Season(first="06-01", last="09-30")}, {}, "starts_at"),
        ({"season": Season(first="11-01", last="03-31")}, {}, "starts_at"),
        ({"lead_days": 2}, {"starts_at": NOW + 2 * DAY}, "starts_at"),  # the second is a Sunday
        ({"questions": ASKED}, {}, "answers.floor"),
        ({}, {"answers": {"floor": 3}}, "answers.floor"),
        ({}, {"copies": 3}, "copies"),
        ({"kind": ItemKind.MATERIAL, "stock": 2}, {"copies": 3}, "copies"),
        ({"kind": ItemKind.MATERIAL, "stock": 0}, {}, "copies"),
        ({"kind": ItemKind.DEPARTMENT_SERVICE, "hands": 0}, {"hands": 2}, "hands"),
    ],
)
def test_what_is_not_offered_so_is_refused_by_its_field(
    facts: dict[str, Any], asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        Order.place("ord_one111", place(**asked), item(**facts), "office", NOW)

    assert fields_of(refused) == [field]


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"season": Season(first="10-09", last="10-09")}, {}),
        ({"season": Season(first="10-01", last="03-31")}, {}),
        ({"lead_days": 2}, {"starts_at": NOW + 3 * DAY}),  # Saturday is worked, Monday too
        ({"questions": ASKED}, {"answers": {"floor": 3, "lift": False}}),
        ({"kind": ItemKind.MATERIAL, "stock": 3}, {"copies": 3}),
    ],
)
def test_what_is_offered_so_is_placed(facts: dict[str, Any], asked: dict[str, Any]) -> None:
    order, _ = Order.place("ord_one111", place(**asked), item(**facts), "office", NOW)

    assert order.answers == asked.get("answers", {})


def test_every_answer_that_does_not_fit_is_named_at_once_without_repeating_it() -> None:
    with pytest.raises(Unprocessable) as refused:
        check_answers(
            ASKED, {"floor": 99, "lift": "secret", "language": "x", "on": "2026-13-01", "name": "y"}
        )

    assert sorted(fields_of(refused)) == [
        "answers.floor",
        "answers.language",
        "answers.lift",
        "answers.name",
        "answers.on",
    ]
    assert not any("secret" in each.text.en for each in refused.value.fields)


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": "string"}, "questions"),
        ({"type": "object"}, "questions"),
        ({"type": "object", "properties": {"a": {"$ref": "http://x"}}}, "questions.a.$ref"),
        ({"type": "object", "properties": {"a": {"pattern": "(a+)+$"}}}, "questions.a.pattern"),
        ({"type": "object", "properties": {"a": {"format": "uri"}}}, "questions.a.format"),
        ({"type": "object", "properties": {"a": {"type": "text"}}}, "questions.properties.a.type"),
        ({"type": "object", "properties": {"a": 3}}, "questions.a"),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": {"a": {}}},
            "questions.additionalProperties",
        ),
        ({"type": "object", "properties": {"a": {"description": "x" * 17_000}}}, "questions"),
    ],
)
def test_questions_are_a_safe_part_of_json_schema(schema: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_questions(schema)

    assert fields_of(refused) == [field]


def test_questions_are_not_nested_without_end() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(DEEPEST + 1):
        schema = {"type": "object", "properties": {"a": schema}}

    with pytest.raises(Unprocessable):
        check_questions(schema)
    check_questions(schema["properties"]["a"])


# ---- quotas and copies ----


def test_a_quota_is_of_its_period_in_shanghai() -> None:
    late = STARTS.replace(hour=20)  # the next morning in Shanghai

    assert period_of(QuotaPeriod.DAY, late) == "2026-10-10"
    assert period_of(QuotaPeriod.WEEK, late) == "2026-W41"
    assert period_of(QuotaPeriod.MONTH, late) == "2026-10"


def test_a_full_book_takes_nobody_until_somebody_leaves() -> None:
    book, quota = QuotaBook(ID, "XP11", "2026-10"), Quota(orders=2, per=QuotaPeriod.MONTH)
    for order in ("ord_one111", "ord_two222", "ord_one111"):
        book.take(order, quota)

    with pytest.raises(Unprocessable) as refused:
        book.take("ord_three3", quota)
    book.free("ord_one111")
    book.take("ord_three3", quota)

    assert fields_of(refused) == ["starts_at"]
    assert book.orders == ["ord_two222", "ord_three3"]


def test_copies_come_in_go_out_and_are_told() -> None:
    found, _ = MenuItem.publish(ID, PublishMenuItem(**BOOKLET))

    [came] = found.stock_up(ID, StockMaterial(difference=100), NOW)
    [went] = found.hand_out(ID, HandOut(site="XP11", copies=30), NOW)
    [ordered] = found.handed_out_by_order(ID, "XP12", 80, "ord_one111")

    assert came.model_dump() == {"item": ID, "difference": 100, "stock": 100}
    facts = {"item": ID, "site": "XP11", "copies": 30, "stock": 70, "order": None}
    assert went.model_dump() == facts
    assert ordered.model_dump()["stock"] == 0  # it has happened: what was counted was too little
    assert (found.stock, found.handed_out) == (0, 110)
    with pytest.raises(Unprocessable):
        found.hand_out(ID, HandOut(site="XP11", copies=1), NOW)
    with pytest.raises(Unprocessable):
        found.stock_up(ID, StockMaterial(difference=-1), NOW)
    with pytest.raises(Unprocessable):
        published().stock_up(ID, StockMaterial(difference=1), NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"file": "fil_one111"}, "file"), ({"hands": 0}, "hands"), ({"questions": {}}, "questions")],
)
def test_facts_that_do_not_go_together_are_refused(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        published(**facts)

    assert fields_of(refused) == [field]
