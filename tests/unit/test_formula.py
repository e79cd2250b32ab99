"""The language of rubrics: what it says, what it refuses and where, and that it is exact."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.model.formula import FormulaError, Unsayable, parse, value_of
from services.reports.model.formula.parsing import DEEPEST, FACETS, MOST_PARTS, WORDS
from services.reports.model.formula.tree import Place, Reference, references
from services.reports.model.formula.values import MOST_BITS
from services.reports.model.formula.words import MOST_LETTERS
from services.reports.model.measures import MEASURES
from shared.contracts.vocabulary import Mode, Theme

FIGURES = {
    "site:orders_placed": 12,
    "site:orders_served": 9,
    "site:sessions_held": 0,
    "site:sessions_held:theory": 7,
    "street:orders_served": 90,
    "previous:orders_served": 6,
}


def value(text: str, **indicators: Fraction | Unsayable) -> Fraction:
    return value_of(parse(text, indicators), FIGURES, indicators)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("10", 10),
        ("2.25", Fraction(9, 4)),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 3", 2),
        ("-2 * -3", 6),
        ("--2", 2),
        ("10 * orders_served / orders_placed", Fraction(15, 2)),
        ("sessions_held.theory", 7),
        ("100 * orders_served / street(orders_served)", 10),
        ("orders_served - previous(orders_served)", 3),
        ("min(10, orders_placed)", 10),
        ("max(1, 2, orders_served, 4)", 9),
        ("floor(orders_served / 2)", 4),
        ("floor(-0.5)", -1),
        ("if(sessions_held.theory >= 8, 5, sessions_held.theory / 2)", Fraction(7, 2)),
        ("if(orders_served < 10 and orders_placed > 10, 1, 0)", 1),
        ("if(orders_served > 10 or orders_placed != 12, 1, 0)", 0),
        ("if(not orders_served > 10, 1, 0)", 1),
        ("if(not orders_served > 1 or 1 = 1, 1, 0)", 1),
        ("if(not orders_served > 1 and 1 = 2, 1, 0)", 0),
        ("if((1 < 2) and (2 <= 2), 1, 0)", 1),
        ("if(sessions_held > 0, 10 / sessions_held, 3)", 3),
        ("if(sessions_held = 0 or 1 / sessions_held > 1, 4, 5)", 4),
        ("if(sessions_held > 0 and 1 / sessions_held > 1, 4, 5)", 5),
        ("default(10 / sessions_held, 6)", 6),
        ("default(10 / orders_served, 6)", Fraction(10, 9)),
        ("1 / 3 * 3", 1),
    ],
)
def test_a_formula_has_its_value_to_the_last_fraction(text: str, result: Fraction | int) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 1, "not the end"),
        ("1 +", 4, "not the end"),
        ("orders_complted / 2", 1, "did you mean orders_completed?"),
        ("2 * nothing_at_all_alike", 5, "GET /v1/measures"),
        ("sessions_held.red", 1, "there is no theme or mode red"),
        ("1 + $", 5, "here should be"),
        ("Orders_placed", 1, "here should be"),
        ("1 2", 3, "not 2"),
        ("(1 + 2", 7, ")"),
        ("1 + 2)", 6, "not )"),
        ("1 < 2", 3, "should be a number"),
        ("if(1, 2, 3)", 4, "should be a condition"),
        ("if(1 < 2, 2 < 3, 3)", 13, "should be a number"),
        ("if(1 < 2 < 3, 1, 0)", 10, "not <"),
        ("(1 < 2) + 1", 4, "should be a number"),
        ("not 1", 5, "should be a condition"),
        ("-(1 < 2)", 5, "should be a number"),
        ("min(1)", 1, "takes 2–10 arguments, not 1"),
        ("floor(1, 2)", 1, "takes 1 arguments, not 2"),
        ("min 1", 5, "( behind min"),
        ("street(1)", 8, "the name of a measure"),
        ("street(orders_placed + 1)", 22, ")"),
        ("street(rate)", 8, "the name of a measure"),
        ("and", 1, "not and"),
        ("1234567890", 1, "at most 9 digits"),
        ("1.23456", 1, "4 behind it"),
        ("__import__('os')", 1, "here should be"),
        ("orders_placed.__class__", 14, "here should be"),
        ("(" * (DEEPEST + 1), DEEPEST + 1, "brackets deep"),
        ("-" * (DEEPEST + 1) + "1", DEEPEST + 1, "brackets deep"),
        ("1" + "+1" * MOST_PARTS, 2 * MOST_PARTS + 1, "parts"),
        ("1" + " " * MOST_LETTERS, MOST_LETTERS, "letters"),
    ],
)
def test_what_is_wrong_is_said_with_its_position(text: str, position: int, says: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(text, {"rate"})

    error = refused.value
    assert (error.position, says in error.text.en) == (position, True), error.text.en
    assert f"第 {position} 个字符" in error.text.zh


def test_a_division_by_zero_has_no_value_nor_has_what_is_made_of_it() -> None:
    for text in ("1 / sessions_held", "1 + 1 / (orders_placed - 12)", "min(1, 1 / 0)", "rate + 1"):
        with pytest.raises(Unsayable, match="division by zero at position"):
            value(text, rate=_unsayable("2 / 0"))


def _unsayable(text: str) -> Unsayable:
    with pytest.raises(Unsayable) as error:
        value(text)
    return error.value


def test_numbers_do_not_grow_out_of_bounds() -> None:
    """Indicators of indicators would else double their digits each time."""
    number: Fraction | Unsayable = Fraction(10**9)
    for _ in range(30):
        assert isinstance(number, Fraction)
        assert number.numerator.bit_length() <= MOST_BITS
        try:
            number = value("power * power", power=number)
        except Unsayable as error:
            assert "too large" in error.text.en
            return
    pytest.fail("it grew")


def test_what_a_formula_needs_is_known_before_it_is_calculated() -> None:
    node = parse("if(people.theory > 1, street(votes), previous(stars.help)) + people.theory")

    wanted = {
        Reference("people", "theory"),
        Reference("votes", place=Place.STREET),
        Reference("stars", "help", Place.PREVIOUS),
    }
    assert references(node) == wanted
    assert {Reference.of_key(each.key) for each in wanted} == wanted


def test_no_word_of_the_language_is_a_measure_and_no_theme_a_mode() -> None:
    assert not WORDS & set(MEASURES)
    assert len(FACETS) == len(set(FACETS)) == len(Theme) + len(Mode)
    for name in MEASURES:
        assert references(parse(name)) == {Reference(name)}


@dataclass(frozen=True)
class Case:
    """A formula, and its value by Python's own arithmetic; None: it divides by zero."""

    text: str
    value: Fraction | None


def _joined(sign: str, left: Case, right: Case) -> Case:
    text = f"({left.text}) {sign} ({right.text})"
    if left.value is None or right.value is None or (sign == "/" and not right.value):
        return Case(text, None)
    a, b = left.value, right.value
    return Case(text, {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b)


def _chosen(left: Case, right: Case) -> Case:
    """The smaller, by `if`."""
    text = f"if(({left.text}) < ({right.text}), {left.text}, {right.text})"
    if left.value is None or right.value is None:
        return Case(text, None)
    return Case(text, min(left.value, right.value))


def _floored(case: Case) -> Case:
    value = None if case.value is None else Fraction(case.value.__floor__())
    return Case(f"floor({case.text})", value)


NUMBERS = st.decimals(0, 9999, places=2).map(lambda each: Case(str(each), Fraction(each)))
NAMES = st.sampled_from(sorted(FIGURES)).map(
    lambda key: Case(
        {"street": "street({})", "previous": "previous({})"}.get(key.split(":")[0], "{}").format(
            ".".join(key.split(":")[1:])
        ),
        Fraction(FIGURES[key]),
    )
)
CASES = st.recursive(
    NUMBERS | NAMES,
    lambda inner: st.one_of(
        st.builds(_joined, st.sampled_from("+-*/"), inner, inner),
        st.builds(_chosen, inner, inner),
        st.builds(_floored, inner),
    ),
    max_leaves=6,
).filter(lambda case: len(case.text) <= MOST_LETTERS and case.text.count("(") < 2 * DEEPEST)


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_any_formula_has_the_value_that_exact_arithmetic_gives_it(case: Case) -> None:
    if case.value is None:
        with pytest.raises(Unsayable):
            value(case.text)
    else:
        assert value(case.text) == case.value


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="aorders_placed.()+-*/<>=!,0123456789 ifmn", max_size=60))
def test_any_text_is_a_formula_or_is_refused_with_a_position_in_it(text: str) -> None:
    try:
        parse(text)
    except FormulaError as error:
        assert 1 <= error.position <= len(text) + 1
