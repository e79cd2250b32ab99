"""The volunteers and residents of the story, and what the volunteers are planned for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from deploy.demonstration.reference import Reference

VOLUNTEERS_A_TEAM = (4, 3, 4, 3)
"""Members of the teams, in turn: 60 with those of the plan's four teams."""
RESIDENTS_A_SITE = 14
_SPARE = timedelta(minutes=45)
"""Between two services of one person: the way, and a check-in before the time."""


@dataclass(frozen=True, kw_only=True)
class Volunteer:
    """A person who volunteers."""

    ref: str  # the number under which the station's system knows the person
    site: str
    teams: tuple[str, ...]  # codes; the first is the one served for
    verified: bool = True  # 实名认证
    suspended: bool = False  # for some days of the month


@dataclass(frozen=True)
class Hand:
    """A volunteer who serves for a team."""

    volunteer: Volunteer
    team: str


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a volunteer is planned for."""

    hand: Hand
    starts_at: datetime
    ends_at: datetime
    accepted_at: datetime
    stays: bool  # will not be given back or cancelled


def volunteers(reference: Reference) -> list[Volunteer]:
    """Everybody: the teams' members, and three who may not serve (all the time)."""
    found = []
    for index, team in enumerate(reference.teams):
        for number in range(1, VOLUNTEERS_A_TEAM[index % len(VOLUNTEERS_A_TEAM)] + 1):
            # The first member of a station's team helps the public-benefit organisation too.
            own, second = (team.code,), (reference.teams[0].code,)
            teams = own + second if number == 1 and own != second else own
            found.append(Volunteer(ref=f"{team.site}-V{number:02d}", site=team.site, teams=teams))
    first, second_team, third = reference.teams[1:4]
    return [
        *found,
        Volunteer(ref=f"{first.site}-V90", site=first.site, teams=(first.code,), verified=False),
        Volunteer(
            ref=f"{second_team.site}-V90",
            site=second_team.site,
            teams=(second_team.code,),
            verified=False,
        ),
        Volunteer(ref=f"{third.site}-V90", site=third.site, teams=(third.code,), suspended=True),
    ]


def residents(site: str) -> list[str]:
    """The numbers under which the station's system knows those who order and take part."""
    return [f"{site}-R{number:03d}" for number in range(1, RESIDENTS_A_SITE + 1)]


class Roster:
    """Who is planned for what, so that the story books nobody twice unless it means to."""

    def __init__(self, people: Sequence[Volunteer]) -> None:
        self._people = people
        self._serving = [each for each in people if each.verified and not each.suspended]
        self._duties: list[Duty] = []

    def duties(self) -> Sequence[Duty]:
        return self._duties

    def book(self, duty: Duty) -> None:
        self._duties.append(duty)

    def free_hands(
        self,
        rng: Random,
        team: str,
        starts_at: datetime,
        ends_at: datetime,
        count: int,
        apart_from: Sequence[Hand] = (),
    ) -> list[Hand]:
        """Members of a team who have time; where they are too few, volunteers of other teams."""
        taken = {each.volunteer for each in apart_from} | {
            duty.hand.volunteer
            for duty in self._duties
            if duty.starts_at - _SPARE < ends_at and starts_at < duty.ends_at + _SPARE
        }
        free = [each for each in self._serving if each not in taken]
        rng.shuffle(free)
        free.sort(key=lambda each: team not in each.teams)
        hands = [Hand(each, team if team in each.teams else each.teams[0]) for each in free]
        return hands[:count]

    def who_may_not(self, *, suspended: bool) -> list[Volunteer]:
        """Those whom a team would like to send, and can't: suspended, or not verified."""
        return [e for e in self._people if (e.suspended if suspended else not e.verified)]
