"""From the text of a formula to its tree: names, types and bounds are checked on the way."""

from collections.abc import Collection
from difflib import get_close_matches
from fractions import Fraction

from services.reports.model.formula.tree import (
    Applied,
    Indicator,
    Measured,
    Node,
    Number,
    Place,
    Reference,
    Type,
    parts,
)
from services.reports.model.formula.words import FormulaError, Word, words_of
from services.reports.model.measures import MEASURES
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Text

__all__ = ["FUNCTIONS", "FormulaError", "parse"]

MOST_PARTS = 200  # of a formula's tree
DEEPEST = 20  # brackets and functions inside one another
FACETS = tuple(map(str, (*Theme, *Mode)))

_N, _C = Type.NUMBER, Type.CONDITION
_MANY = 10  # arguments of min and max
FUNCTIONS: dict[str, tuple[Type, ...]] = {
    "min": (_N, _N),  # and more
    "max": (_N, _N),
    "floor": (_N,),
    "if": (_C, _N, _N),
    "default": (_N, _N),
}
"""Of a number: name, and what it is applied to."""
PLACES = {str(each): each for each in (Place.STREET, Place.PREVIOUS)}
WORDS = frozenset({*FUNCTIONS, *PLACES, "and", "or", "not"})
"""What no measure or indicator may be called."""

_LEVELS: tuple[tuple[Type, Type, tuple[str, ...]], ...] = (
    (_C, _C, ("or",)),
    (_C, _C, ("and",)),
    (_N, _C, ("<", "<=", ">", ">=", "=", "!=")),
    (_N, _N, ("+", "-")),
    (_N, _N, ("*", "/")),
)
"""What is applied to what, and gives what; the loosest first."""
_NOT = 2  # `not` binds more loosely than a comparison, and more tightly than `and`
_COMPARING = 2  # comparisons stand alone: a < b < c is no condition

_TYPES = {
    Type.NUMBER: Text("a number", "数值"),
    Type.CONDITION: Text("a condition, such as orders_placed > 0", "条件,例如 orders_placed > 0"),
}


def parse(text: str, indicators: Collection[str] = ()) -> Node:
    """The tree of a formula that gives a number. `indicators`: those that may be named.

    Raises FormulaError."""
    node = _Parser(text, indicators).formula()
    if sum(1 for _ in parts(node)) > MOST_PARTS:
        raise FormulaError(
            len(text),
            Text(f"has more than {MOST_PARTS} parts", f"组成部分超过 {MOST_PARTS} 个"),
        )
    return node


class _Parser:
    def __init__(self, text: str, indicators: Collection[str]) -> None:
        self._words = list(words_of(text))
        self._indicators = indicators
        self._at = 0
        self._depth = 0

    def formula(self) -> Node:
        node = _require(self._level(0), Type.NUMBER)
        if self._word.kind != "end":
            raise self._unexpected(Text("an operator, or the end", "运算符或结尾"))
        return node

    def _level(self, number: int) -> Node:
        if number == _NOT and self._word.text == "not":
            return self._negated()
        if number == len(_LEVELS):
            return self._signed()
        takes, gives, signs = _LEVELS[number]
        left = self._level(number + 1)
        while self._word.text in signs:
            sign = self._take()
            left = _require(left, takes)
            right = _require(self._level(number + 1), takes)
            left = Applied(sign.position, sign.text, (left, right), gives)
            if number == _COMPARING:
                break
        return left

    def _negated(self) -> Node:
        sign = self._enter()
        node = _require(self._level(_NOT), Type.CONDITION)
        self._depth -= 1
        return Applied(sign.position, "not", (node,), Type.CONDITION)

    def _signed(self) -> Node:
        if self._word.text != "-":
            return self._atom()
        sign = self._enter()
        node = _require(self._signed(), Type.NUMBER)
        self._depth -= 1
        return Applied(sign.position, "-", (Number(sign.position, Fraction(0)), node), Type.NUMBER)

    def _atom(self) -> Node:
        word = self._word
        if word.kind == "number":
            return Number(self._take().position, Fraction(word.text))
        if word.text == "(":
            self._enter()
            node = self._level(0)
            self._leave(")")
            return node
        if word.kind == "name" and word.text in PLACES:
            return self._placed()
        if word.kind == "name" and word.text in FUNCTIONS:
            return self._function()
        if word.kind == "name" and word.text not in WORDS:
            return self._named(self._take(), Place.SITE)
        raise self._unexpected(Text("a number, a name or a bracket", "数字、名称或括号"))

    def _function(self) -> Node:
        name = self._take()
        wanted = FUNCTIONS[name.text]
        self._open(name)
        arguments = [self._level(0)]
        while self._word.text == ",":
            self._take()
            arguments.append(self._level(0))
        self._leave(")")
        most = _MANY if name.text in ("min", "max") else len(wanted)
        if not len(wanted) <= len(arguments) <= most:
            raise FormulaError(name.position, _count(name.text, len(wanted), most, len(arguments)))
        wanted += (Type.NUMBER,) * (len(arguments) - len(wanted))
        typed = tuple(map(_require, arguments, wanted))
        return Applied(name.position, name.text, typed, Type.NUMBER)

    def _placed(self) -> Node:
        name = self._take()
        self._open(name)
        word = self._word
        if word.kind != "name" or word.text in WORDS or word.text in self._indicators:
            raise self._unexpected(
                Text(f"the name of a measure inside {name.text}(…)", f"{name.text}(…) 内的指标名")
            )
        node = self._named(self._take(), PLACES[name.text])
        self._leave(")")
        return node

    def _named(self, word: Word, place: Place) -> Node:
        if word.text in self._indicators:
            return Indicator(word.position, word.text)
        measure, _, facet = word.text.partition(".")
        if measure not in MEASURES:
            raise FormulaError(word.position, self._unknown(measure))
        if facet and facet not in FACETS:
            known = ", ".join(FACETS)
            raise FormulaError(
                word.position,
                Text(
                    f"there is no theme or mode {facet}; there are {known}",
                    f"没有主题或方式 {facet};可用:{known}",
                ),
            )
        return Measured(word.position, Reference(measure, facet, place))

    def _unknown(self, name: str) -> Text:
        known = sorted({*MEASURES, *self._indicators})
        close = get_close_matches(name, known, n=1)
        return Text(
            f"there is no measure or indicator {name}; "
            + (f"did you mean {close[0]}?" if close else "GET /v1/measures lists the measures"),
            f"没有指标 {name};" + (f"是否应为 {close[0]}?" if close else "可查询 GET /v1/measures"),
        )

    # ---- words ----

    @property
    def _word(self) -> Word:
        return self._words[self._at]

    def _take(self) -> Word:
        self._at += 1
        return self._words[self._at - 1]

    def _enter(self) -> Word:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(
                self._word.position,
                Text(f"more than {DEEPEST} brackets deep", f"嵌套超过 {DEEPEST} 层"),
            )
        return self._take()

    def _open(self, name: Word) -> None:
        if self._word.text != "(":
            raise self._unexpected(Text(f"( behind {name.text}", f"{name.text} 后的 ("))
        self._enter()

    def _leave(self, sign: str) -> None:
        if self._word.text != sign:
            raise self._unexpected(Text(f"an operator or {sign}", f"运算符或 {sign}"))
        self._depth -= 1
        self._take()

    def _unexpected(self, wanted: Text) -> FormulaError:
        word = self._word
        found = Text(word.text, word.text) if word.text else Text("the end", "结尾")
        return FormulaError(
            word.position,
            Text(f"expected {wanted.en}, not {found.en}", f"应为{wanted.zh},而不是 {found.zh}"),
        )


def _require(node: Node, wanted: Type) -> Node:
    if node.type is not wanted:
        right, given = _TYPES[wanted], _TYPES[node.type]
        raise FormulaError(
            node.position,
            Text(f"should be {right.en}; this is {given.en}", f"应为{right.zh},而此处是{given.zh}"),
        )
    return node


def _count(name: str, least: int, most: int, given: int) -> Text:
    wanted = str(least) if least == most else f"{least}–{most}"
    return Text(
        f"{name}(…) takes {wanted} arguments, not {given}",
        f"{name}(…) 应有 {wanted} 个参数,而不是 {given} 个",
    )
