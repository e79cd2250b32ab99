"""Who leads a site and what it plans: leading group, responsible person, work plans (六(一)).

What was is kept: each entry stands until a later one follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.events.model.commands import (
    AppointLeadingGroup,
    Duty,
    LayDownWorkPlan,
    Member,
    NameResponsible,
)
from shared.contracts.base import Event
from shared.contracts.events import SiteLed, SiteResponsible, SiteWorkPlanned
from shared.errors import invalid

MOST_KEPT = 200  # entries of each kind; decades, also with several changes a year


@dataclass
class LeadingGroup:
    """In office from `since` until the next one's."""

    members: list[Member]
    since: str  # a day, ISO 8601: what is kept has no dates without time


@dataclass
class Responsible:
    """Answers for the site from `since` until the next one's."""

    person: str
    post: str
    since: str


@dataclass
class WorkPlan:
    """One revision of a year's plan; the last of a year is the one in force."""

    year: int
    revision: int
    title: str
    text: str
    file: str | None
    at: datetime


@dataclass
class Leadership:
    """The history of one site, oldest first."""

    groups: list[LeadingGroup] = field(default_factory=list)
    responsible: list[Responsible] = field(default_factory=list)
    plans: list[WorkPlan] = field(default_factory=list)

    def appoint(self, site: str, command: AppointLeadingGroup) -> Sequence[Event]:
        """A new leading group."""
        _follows(self.groups, command.since)
        self.groups.append(LeadingGroup(command.members, command.since.isoformat()))
        head = next(each.person for each in command.members if each.duty is Duty.HEAD)
        members = len(command.members)
        return [SiteLed(site=site, head=head, members=members, since=command.since)]

    def name(self, site: str, command: NameResponsible) -> Sequence[Event]:
        """A new responsible person."""
        _follows(self.responsible, command.since)
        self.responsible.append(
            Responsible(command.person, command.post, command.since.isoformat())
        )
        return [SiteResponsible(site=site, person=command.person, since=command.since)]

    def plan(self, site: str, command: LayDownWorkPlan, now: datetime) -> Sequence[Event]:
        """A year's plan, or the next revision of it."""
        _room_for_one(self.plans)
        revision = 1 + sum(each.year == command.year for each in self.plans)
        self.plans.append(WorkPlan(revision=revision, at=now, **dict(command)))
        return [SiteWorkPlanned(site=site, year=command.year, revision=revision)]


def _follows(entries: Sequence[LeadingGroup | Responsible], since: date) -> None:
    """History only goes on. Raises Unprocessable naming the field."""
    _room_for_one(entries)
    if entries and since.isoformat() < entries[-1].since:
        last = entries[-1].since
        raise invalid("since", f"should not be before {last}", f"不应早于 {last}")


def _room_for_one(entries: Sequence[object]) -> None:
    if len(entries) >= MOST_KEPT:
        raise invalid("body", f"at most {MOST_KEPT} are kept", f"最多保存 {MOST_KEPT} 条")
