"""The value of a parsed formula, in exact fractions."""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from services.reports.model.formula.tree import Applied, Indicator, Measured, Node, Number
from shared.errors import Text

MOST_BITS = 256
"""Of numerator and denominator: products of products would else grow without bound."""


class Unsayable(Exception):
    """A formula has no value for these figures; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


Figures = Mapping[str, int]
"""By the key of each reference."""
Indicators = Mapping[str, "Fraction | Unsayable"]
"""What has been calculated before, by its code."""


def value_of(node: Node, figures: Figures, indicators: Indicators) -> Fraction:
    """Raises Unsayable where something is divided by zero, or grows out of all bounds.

    `figures` holds every reference of the node (KeyError), `indicators` every indicator.
    """
    value: Fraction = _value(node, figures, indicators)
    return value


def _value(node: Node, figures: Figures, indicators: Indicators) -> Any:
    match node:
        case Number():
            return node.value
        case Measured():
            return Fraction(figures[node.reference.key])
        case Indicator():
            known = indicators[node.code]
            if isinstance(known, Unsayable):
                raise known
            return known
    return _applied(node, lambda number: _value(node.arguments[number], figures, indicators))


def _applied(node: Applied, argument: Callable[[int], Any]) -> Any:
    """Arguments are looked at only where they are needed."""
    match node.name:
        case "if":
            return argument(1) if argument(0) else argument(2)
        case "and":
            return argument(0) and argument(1)
        case "or":
            return argument(0) or argument(1)
        case "default":
            try:
                return argument(0)
            except Unsayable:
                return argument(1)
    return _calculated(node, [argument(number) for number in range(len(node.arguments))])


def _calculated(node: Applied, values: list[Any]) -> Any:
    match node.name:
        case "not":
            return not values[0]
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "floor":
            return Fraction(values[0].__floor__())
        case "/" if not values[1]:
            raise Unsayable(
                Text(
                    f"division by zero at position {node.position}",
                    f"第 {node.position} 个字符处除数为零",
                )
            )
    found = _SIGNS[node.name](*values)
    if isinstance(found, Fraction) and _bits(found) > MOST_BITS:
        raise Unsayable(
            Text(
                f"too large a number at position {node.position}",
                f"第 {node.position} 个字符处数值过大",
            )
        )
    return found


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
