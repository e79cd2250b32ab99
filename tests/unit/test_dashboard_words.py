"""What boards say has words in both languages, and numbers are written as people read them."""

import pytest

from services.reports.dashboard.happened import HAPPENED, happened
from services.reports.dashboard.numbers import number
from services.reports.dashboard.words import UNITS, WORDS
from services.reports.model.measures import MEASURES
from services.reports.projections import COUNTED
from shared.errors import Text


def chinese(text: Text | tuple[str, str]) -> str:
    return text[1]


def english(text: Text | tuple[str, str]) -> str:
    return text[0]


def test_what_has_words_is_counted_and_every_unit_has_some() -> None:
    assert set(HAPPENED) <= {contract.name for contract in COUNTED}
    assert {measure.unit for measure in MEASURES.values()} <= set(UNITS)


@pytest.mark.parametrize("name", sorted(WORDS.keys() - {"other"}))
def test_every_word_is_said_in_both_languages(name: str) -> None:
    en, zh = WORDS[name]

    assert en.isascii() and en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)


def test_an_event_is_called_by_what_happened_else_by_what_it_counts() -> None:
    placed = MEASURES["orders_placed"].label

    assert happened("shijian.orders.order.rated.v1", placed).zh == "评单"
    assert happened("shijian.orders.order.unheard-of.v1", placed) == placed


@pytest.mark.parametrize(
    ("minutes", "shown", "drawn"),
    [(0, "0", 0), (60, "1", 1), (90, "1.5", 1.5), (100_000, "1,666.7", 1666.7)],
)
def test_minutes_are_shown_as_hours(minutes: int, shown: str, drawn: float) -> None:
    found = number("service_minutes", minutes, {"period": "2026-10"}, english)

    assert (found.shown, found.drawn, found.unit) == (shown, drawn, "hours")
    assert found.value == minutes and found.label == "Hours served"
    assert found.evidence == {"measure": "service_minutes", "period": "2026-10"}


@pytest.mark.parametrize(
    ("value", "before", "change"),
    [(15, 10, 50), (5, 10, -50), (3, 3, 0), (3, 0, None), (3, None, None)],
)
def test_a_number_is_set_against_the_one_before(
    value: int, before: int | None, change: int | None
) -> None:
    assert number("orders_placed", value, {}, chinese, before).change == change
