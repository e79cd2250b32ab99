"""A survey of needs (需求征集), and how it compares with the menu (精准对接; plan, 二)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.orders.model import states
from services.orders.model.commands.survey import AnswerSurvey, LinkOption, OpenSurvey
from shared.contracts.base import Contract, Event
from shared.contracts.orders import survey as told
from shared.contracts.vocabulary import Theme
from shared.errors import NotFound, Text, invalid

SURVEY = Text("survey", "需求征集")


class SurveyStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


S = SurveyStatus
MOVES: states.Moves[SurveyStatus] = {
    S.OPEN: {"answer": (), "link": (), "close": (S.CLOSED,)},
    S.CLOSED: {"link": ()},
}
BY_THEMSELVES = ((S.OPEN, S.CLOSED, "its time is over"),)


@dataclass
class Option:
    """Something that can be needed, and the menu items that meet it."""

    title: str
    theme: Theme
    items: list[str]


@dataclass
class Survey:
    """What residents of some sites (none named: all) are asked, until when."""

    id: str
    status: SurveyStatus
    title: str
    options: dict[str, Option]
    sites: list[str]
    closes_at: datetime

    @classmethod
    def open(cls, id: str, command: OpenSurvey, now: datetime) -> tuple["Survey", list[Event]]:
        """From now on it can be answered."""
        if command.closes_at <= now:
            raise invalid("closes_at", "should be in the future", "应为将来的时间")
        survey = cls(
            id=id,
            status=SurveyStatus.OPEN,
            title=command.title,
            options={
                each.code: Option(each.title, each.theme, list(each.items))
                for each in command.options
            },
            sites=list(command.sites),
            closes_at=command.closes_at,
        )
        opened = told.SurveyOpened(
            survey=id,
            sites=survey.sites,
            options=list(survey.options),
            closes_at=survey.closes_at,
        )
        return survey, [opened]

    def link(self, command: LinkOption) -> Sequence[Event]:
        """These menu items meet the option."""
        states.require(MOVES, self.status, "link", SURVEY)
        option = self.options.get(command.option)
        if option is None:
            raise NotFound(
                Text(f"This survey has no option {command.option}.", f"没有选项 {command.option}。")
            )
        if option.items == command.items:
            return []
        option.items = list(command.items)
        linked = told.SurveyLinked(survey=self.id, option=command.option, items=option.items)
        return [linked]

    def close(self) -> Sequence[Event]:
        """Nobody is asked any more."""
        states.require(MOVES, self.status, "close", SURVEY)
        self.status = SurveyStatus.CLOSED
        return [told.SurveyClosed(survey=self.id)]

    def due_at(self) -> datetime | None:
        return self.closes_at if self.status is SurveyStatus.OPEN else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        due = self.due_at()
        return self.close() if due and due <= now else []

    def check(self, command: AnswerSurvey, now: datetime) -> None:
        """Raises where this can't be answered (any more), or not so."""
        states.require(MOVES, self.status, "answer", SURVEY)
        if now >= self.closes_at:
            raise states.refused(MOVES, self.status, "Its time is over.", "征集已截止。")
        if self.sites and command.site not in self.sites:
            raise invalid("site", "is not asked in this survey", "该站点不在征集范围内")
        unknown = sorted(set(command.wants) - set(self.options))
        if unknown:
            known = ", ".join(self.options)
            raise invalid("wants", f"should be among {known}", f"应为其中之一:{known}")


@dataclass
class SurveyAnswer:
    """What one resident, or a meeting, needs. Given once, never changed."""

    survey: str
    site: str
    resident: str | None
    voices: int
    wants: list[str]
    other: str | None
    on_behalf: str | None
    given_by: str  # id of the client
    status: str = "given"

    @classmethod
    def give(
        cls, id: str, survey: Survey, command: AnswerSurvey, client: str, now: datetime
    ) -> tuple["SurveyAnswer", list[Event]]:
        """Raises what `Survey.check` raises."""
        survey.check(command, now)
        answer = cls(
            survey=survey.id,
            site=command.site,
            resident=command.resident,
            voices=command.voices,
            wants=sorted(set(command.wants)),
            other=command.other,
            on_behalf=command.on_behalf.channel if command.on_behalf else None,
            given_by=client,
        )
        answered = told.SurveyAnswered(
            survey=survey.id,
            site=answer.site,
            answer=id,
            resident=answer.resident,
            voices=answer.voices,
            wants=answer.wants,
        )
        return answer, [answered]


# ---- set against the menu ----


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A published menu item, as far as it matters here."""

    item: str
    title: str
    theme: Theme
    sites: frozenset[str]  # empty: every site

    def at(self, site: str) -> bool:
        return not self.sites or site in self.sites


class Need(Contract):
    """How many voices ask for an option at a site, and the items that meet it there."""

    site: str
    option: str
    title: str
    theme: Theme
    voices: int
    items: list[str]


class Unasked(Contract):
    """A menu item that is offered at a site, and that nobody there asks for."""

    site: str
    item: str
    title: str
    theme: Theme


class Comparison(Contract):
    """Needs set against the menu: most voices first."""

    asked_and_offered: list[Need] = []
    asked_not_offered: list[Need] = []
    offered_not_asked: list[Unasked] = []


def against_menu(
    survey: Survey, voices: Mapping[tuple[str, str], int], offers: Iterable[Offer]
) -> Comparison:
    """Compare at each site where somebody answered. `voices`: of (site, option)."""
    met: list[Need] = []
    missing: list[Need] = []
    menu = {each.item: each for each in offers}
    sites = sorted({site for site, _ in voices})
    asked: set[tuple[str, str]] = set()
    for (site, code), count in sorted(voices.items(), key=lambda row: (-row[1], row[0])):
        option = survey.options[code]
        items = [each for each in option.items if each in menu and menu[each].at(site)]
        asked.update((site, each) for each in items)
        need = Need(
            site=site,
            option=code,
            title=option.title,
            theme=option.theme,
            voices=count,
            items=items,
        )
        (met if items else missing).append(need)
    unasked = [
        Unasked(site=site, item=each.item, title=each.title, theme=each.theme)
        for site in sites
        for each in menu.values()
        if each.at(site) and (site, each.item) not in asked
    ]
    return Comparison(asked_and_offered=met, asked_not_offered=missing, offered_not_asked=unasked)
