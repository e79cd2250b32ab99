"""What can be asked about the menu (菜单)."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, Minutes, Note, SiteCode
from shared.contracts.orders import ItemKind
from shared.contracts.vocabulary import Department, Mode, Theme

Modes = Annotated[list[Mode], Field(min_length=1, max_length=6)]
Word = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{1,39}$")]
"""A skill, qualification, project or post by its code."""
DayOfYear = Annotated[str, Field(pattern="^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
"""`06-01`, in Shanghai."""


class Season(Command):
    """From one day of the year to another, both with; over the new year where it ends before."""

    first: DayOfYear
    last: DayOfYear

    def holds(self, day: str) -> bool:
        """Whether a day, `MM-DD`, is in it."""
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


class QuotaPeriod(StrEnum):
    """Of the time that is ordered, in Shanghai."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Quota(Command):
    """How often it may be ordered, at each site."""

    orders: Annotated[int, Field(ge=1, le=10_000)]
    per: QuotaPeriod


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError(f"names something twice{OR_IN_CHINESE}有重复")
    return values


Words = Annotated[list[Word], Field(max_length=20), AfterValidator(_each_once)]
Need = Annotated[str, Field(pattern="^(risk-notice:)?[a-z0-9][a-z0-9-]{1,39}$")]
"""A qualification or training by its code, `insurance`, `adult`, `risk-notice:<code>`: as the
volunteers service names them."""
Needs = Annotated[list[Need], Field(max_length=20), AfterValidator(_each_once)]


class MenuItemFacts(Command):
    """What is said of a service."""

    title: Line
    theme: Theme
    modes: Modes
    hands: Annotated[
        int, Field(ge=0, le=50, description="Volunteers needed; 0: the provider serves it itself")
    ] = 1
    minutes: Minutes = 60
    sites: Annotated[list[SiteCode], Field(max_length=200, description="Empty: all")] = []
    kind: ItemKind = ItemKind.HELP
    description: Note | None = None
    audience: Annotated[Line | None, Field(description="Whom it is for")] = None
    provider: Department | None = None
    co_organisers: Annotated[
        list[Department], Field(max_length=15), AfterValidator(_each_once)
    ] = []
    skills: Annotated[Words, Field(description="Wanted of volunteers")] = []
    qualifications: Annotated[
        Needs,
        Field(
            description="Each volunteer must hold them, or have been trained: codes, `insurance`,"
            " `adult`, `risk-notice:<code>`"
        ),
    ] = []
    lead_days: Annotated[int, Field(ge=0, le=60, description="Working days ahead, at least")] = 0
    quota: Quota | None = None
    questions: Annotated[
        dict[str, Any] | None,
        Field(description="JSON Schema (a part of it) of what is asked when ordering"),
    ] = None
    season: Season | None = None
    seats: Annotated[
        int, Field(ge=1, le=500, description="Residents that one order can serve (拼单)")
    ] = 1
    file: Annotated[Id | None, Field(description="Of a material; uploaded before")] = None
    project: Annotated[Word | None, Field(description="项目")] = None
    post: Annotated[Word | None, Field(description="岗位")] = None


class PublishMenuItem(MenuItemFacts):
    """Put a service on the menu, or draft it."""

    draft: Annotated[bool, Field(description="Not to be ordered yet")] = False


class ChangeMenuItem(MenuItemFacts):
    """All that is said of a service, anew; orders keep the edition they were placed by."""


class PublishDraft(Command):
    """Put what was drafted, or withdrawn, on the menu."""


class WithdrawMenuItem(Command):
    """Take a service off the menu."""


class AnswerCoOrganising(Command):
    """A co-organising department accepts, or declines."""

    department: Department
    accepted: bool


class StockMaterial(Command):
    """Copies came in, or fewer were found when counting."""

    difference: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class HandOut(Command):
    """Copies were given to people without an order: at a visit, at a stall."""

    site: SiteCode
    copies: Annotated[int, Field(ge=1, le=10_000)]
