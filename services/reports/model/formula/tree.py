"""What a formula is made of once it is parsed. Every part knows where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Type(StrEnum):
    """Of what a part of a formula gives."""

    NUMBER = "number"
    CONDITION = "condition"


class Place(StrEnum):
    """Of which site and period a measure is taken."""

    SITE = "site"
    STREET = "street"  # all sites together
    PREVIOUS = "previous"  # the site, in the period before


@dataclass(frozen=True)
class Reference:
    """A number of the figures."""

    measure: str
    facet: str = ""  # a theme or mode; empty: all
    place: Place = Place.SITE

    @property
    def key(self) -> str:
        """Under which the number is kept: `street:orders_placed:theory`."""
        return ":".join(filter(None, (str(self.place), self.measure, self.facet)))

    @classmethod
    def of_key(cls, key: str) -> "Reference":
        place, measure, *facet = key.split(":")
        return cls(measure, "".join(facet), Place(place))


@dataclass(frozen=True)
class Number:
    """A number as it stands."""

    position: int  # of its first letter, from 1
    value: Fraction
    type = Type.NUMBER


@dataclass(frozen=True)
class Measured:
    """A number of the figures."""

    position: int
    reference: Reference
    type = Type.NUMBER


@dataclass(frozen=True)
class Indicator:
    """A number that the rubric has calculated before."""

    position: int
    code: str
    type = Type.NUMBER


@dataclass(frozen=True)
class Applied:
    """An operator or function with what it is applied to."""

    position: int
    name: str
    arguments: tuple["Node", ...]
    type: Type


Node = Number | Measured | Indicator | Applied


def parts(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    if isinstance(node, Applied):
        for each in node.arguments:
            yield from parts(each)


def references(node: Node) -> set[Reference]:
    """What must be known of the figures before it can be calculated."""
    return {each.reference for each in parts(node) if isinstance(each, Measured)}


def indicators(node: Node) -> set[str]:
    """Codes of the indicators that it names itself."""
    return {each.code for each in parts(node) if isinstance(each, Indicator)}
