"""A volunteer (志愿者): registered, verified by name, member of teams. Three separate facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.volunteers.model import commands as asked
from services.volunteers.model.credentials import Credentials, Owner
from services.volunteers.model.person import Person
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.personal import looks_personal
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, Text, invalid

MOST_TEAMS = 50
RETENTION = timedelta(days=3 * 366)
"""How long what somebody served is kept with their name though they ask for erasure: claims about
it become time-barred after three years (民法典, article 188; 个人信息保护法, article 47)."""


class VolunteerStatus(StrEnum):
    REGISTERED = "registered"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    LEFT = "left"  # 注销
    RESTRICTED = "restricted"  # erasure is asked for; kept closed for as long as the law wants
    ERASED = "erased"


_OPEN = ("join", "leave", "record", "deregister", "erase")
MOVES: dict[VolunteerStatus, tuple[str, ...]] = {
    VolunteerStatus.REGISTERED: ("verify", *_OPEN),
    VolunteerStatus.VERIFIED: ("suspend", *_OPEN),
    VolunteerStatus.SUSPENDED: ("reinstate", "leave", "record", "deregister", "erase"),
    VolunteerStatus.LEFT: ("return", "erase"),
    VolunteerStatus.RESTRICTED: (),
    VolunteerStatus.ERASED: (),
}
"""`record` stands for personal data, skills, credentials, the national number."""

GONE = (VolunteerStatus.LEFT, VolunteerStatus.RESTRICTED, VolunteerStatus.ERASED)


@dataclass
class MembershipRequest:
    """Wants to be a member (申请入队)."""

    team: str
    at: datetime
    note: str | None = None


@dataclass
class Returned:
    """What another system answered to a registration that was sent to it."""

    form: str  # code of the set of columns
    at: datetime
    national_number: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, facts: dict[str, str], form: str, now: datetime) -> "Returned":
        """Raises Unprocessable or ValidationError for a row that says nothing, or too much."""
        number, reason = facts.get("national_number"), facts.get("reason")
        if not number and not reason:
            raise invalid("national_number", "neither a number nor a reason", "编号与原因均为空")
        if reason and looks_personal(reason):
            raise invalid("reason", "holds a number of a person", "含电话或证件号码")
        if number:
            number = asked.GiveNationalNumber(number=number).number
        return cls(form, now, number, reason)


@dataclass
class Volunteer:
    """One person. The unified number (志愿者统一编号) is given nationally; `number` is ours."""

    id: str
    status: VolunteerStatus
    number: str  # local number
    person: str  # the client's number of the person; ours where it gave none
    site: str
    teams: list[str] = field(default_factory=list)
    reason: str | None = None  # of a suspension
    national_number: str | None = None  # 志愿者统一编号: given, never made up
    personal: Person | None = None
    skills: list[str] = field(default_factory=list)
    credentials: Credentials = field(default_factory=Credentials)
    requests: list[MembershipRequest] = field(default_factory=list)
    returned: Returned | None = None
    kept_until: datetime | None = None  # while restricted
    adult: bool | None = None  # as it was told last; None: not known

    @classmethod
    def register(
        cls,
        id: str,
        command: asked.RegisterVolunteer,
        now: datetime,
        personal: Person | None = None,
    ) -> tuple["Volunteer", list[Event]]:
        """注册."""
        number = f"{command.site[:2]}V-{id[-10:].upper()}"
        volunteer = cls(
            id=id,
            status=VolunteerStatus.REGISTERED,
            number=number,
            person=command.person or number,
            site=command.site,
            personal=personal,
        )
        events: list[Event] = [
            told.VolunteerRegistered(site=command.site, volunteer=id, number=number)
        ]
        events += volunteer._tell_age_band(now)
        return volunteer, [*events, *volunteer._name_skills(command.skills)]

    @property
    def owner(self) -> Owner:
        return Owner(self.id, self.site)

    def of_age(self, now: datetime) -> bool:
        """Known to be eighteen or older; without a document on record nobody knows."""
        return self.personal is not None and not self.personal.minor(now)

    def _tell_age_band(self, now: datetime) -> list[Event]:
        """Where it is not as it was told."""
        adult = self.of_age(now) if self.personal else None
        if adult is None or adult is self.adult:
            return []
        self.adult = adult
        return [told.AgeBandTold(site=self.site, volunteer=self.id, adult=adult)]

    def verify(self, now: datetime) -> Sequence[Event]:
        """实名认证."""
        self.require("verify")
        self.status = VolunteerStatus.VERIFIED
        return [told.VolunteerVerified(site=self.site, volunteer=self.id)]

    def suspend(self, command: asked.SuspendVolunteer, now: datetime) -> Sequence[Event]:
        """May not serve until reinstated; what is booked already stays."""
        self.require("suspend")
        self.status, self.reason = VolunteerStatus.SUSPENDED, command.reason
        return [told.VolunteerSuspended(site=self.site, volunteer=self.id, reason=command.cause)]

    def reinstate(self, now: datetime) -> Sequence[Event]:
        """May serve again."""
        self.require("reinstate")
        self.status, self.reason = VolunteerStatus.VERIFIED, None
        return [told.VolunteerReinstated(site=self.site, volunteer=self.id)]

    def deregister(self, now: datetime) -> Sequence[Event]:
        """注销: the memberships end, the record stays."""
        self.require("deregister")
        events = self._end_memberships()
        self.status, self.reason = VolunteerStatus.LEFT, None
        return [*events, told.VolunteerLeft(site=self.site, volunteer=self.id)]

    def come_back(self, now: datetime) -> Sequence[Event]:
        """Registered again; to be verified anew."""
        self.require("return")
        self.status = VolunteerStatus.REGISTERED
        returned = told.VolunteerReturned(site=self.site, volunteer=self.id)
        return [returned, *self._tell_age_band(now)]

    def record(self, personal: Person, now: datetime) -> Sequence[Event]:
        """Personal data, first or corrected as a whole; a new identity is to be verified anew."""
        self.require("record")
        other = self.personal is not None and self.personal.id_number != personal.id_number
        if other and self.status is not VolunteerStatus.REGISTERED:
            raise Conflict(
                Text(
                    "A verified person can't become another one; register the other one.",
                    "已认证的志愿者不能改为另一人,请另行注册。",
                ),
                extra={"state": self.status, "allowed": list(MOVES[self.status])},
            )
        self.personal = personal
        return self._tell_age_band(now)

    def number_nationally(self, command: asked.GiveNationalNumber) -> Sequence[Event]:
        """志愿者统一编号."""
        self.require("record")
        self.national_number = command.number
        return []

    def take_returned(self, returned: Returned) -> Sequence[Event]:
        """What the national or provincial system gave back: a number, or why it refused."""
        self.require("record")
        self.returned = returned
        self.national_number = returned.national_number or self.national_number
        return []

    def name_skills(self, command: asked.NameSkills) -> Sequence[Event]:
        """By their own word."""
        self.require("record")
        return self._name_skills(command.skills)

    def _name_skills(self, skills: Iterable[str]) -> list[Event]:
        named = sorted(set(skills))
        if named == self.skills:
            return []
        self.skills = named
        return [told.SkillsNamed(site=self.site, volunteer=self.id, skills=named)]

    def join(self, team: str, now: datetime) -> Sequence[Event]:
        """入队; any number of teams."""
        self.require("join")
        if team in self.teams:
            return []
        if len(self.teams) >= MOST_TEAMS:
            raise invalid("team", f"at most {MOST_TEAMS} teams", f"最多加入 {MOST_TEAMS} 支队伍")
        self.requests = [each for each in self.requests if each.team != team]
        self.teams.append(team)
        return [told.MembershipJoined(site=self.site, team=team, volunteer=self.id)]

    def leave(self, team: str, now: datetime) -> Sequence[Event]:
        """What was served for the team stays with it."""
        self.require("leave")
        if team not in self.teams:
            return []
        self.teams.remove(team)
        return [told.MembershipLeft(site=self.site, team=team, volunteer=self.id)]

    def request(self, command: asked.RequestMembership, now: datetime) -> Sequence[Event]:
        """申请入队."""
        self.require("join")
        if command.team in self.teams or any(r.team == command.team for r in self.requests):
            return []
        if len(self.teams) + len(self.requests) >= MOST_TEAMS:
            raise invalid("team", f"at most {MOST_TEAMS} teams", f"最多加入 {MOST_TEAMS} 支队伍")
        self.requests.append(MembershipRequest(command.team, now, command.note))
        return [told.MembershipRequested(site=self.site, team=command.team, volunteer=self.id)]

    def decide(self, command: asked.DecideMembership, now: datetime) -> Sequence[Event]:
        """A leader admits, or does not."""
        if not any(each.team == command.team for each in self.requests):
            raise invalid("team", "no membership of it was asked for", "没有该队的入队申请")
        if command.admit:
            return self.join(command.team, now)
        self.require("leave")
        self.requests = [each for each in self.requests if each.team != command.team]
        return [told.MembershipRefused(site=self.site, team=command.team, volunteer=self.id)]

    def erase(self, last_served: datetime | None, now: datetime) -> Sequence[Event]:
        """What must be kept is restricted first; else the personal data is gone at once."""
        self.require("erase")
        events = self._end_memberships()
        ends = [each.ends_at for each in self.credentials.insurance]
        kept = max([*ends, *([last_served] if last_served else [])], default=None)
        if kept is None or kept + RETENTION <= now:
            return [*events, *self._forget()]
        self.status, self.kept_until = VolunteerStatus.RESTRICTED, kept + RETENTION
        return [
            *events,
            told.VolunteerRestricted(site=self.site, volunteer=self.id, until=self.kept_until),
        ]

    def due_at(self) -> datetime | None:
        """When a qualification expires, a minor comes of age, or what was restricted need not be
        kept any more."""
        if self.status in GONE:
            return self.kept_until
        of_age = self.personal.adult_on if self.personal and not self.adult else None
        return min((each for each in (self.credentials.due_at(), of_age) if each), default=None)

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """A clock's call; it does no harm where nothing is due."""
        if self.status is VolunteerStatus.RESTRICTED:
            return self._forget() if self.kept_until and self.kept_until <= now else []
        return [*self.credentials.expire(self.owner, now), *self._tell_age_band(now)]

    def _forget(self) -> list[Event]:
        """Nothing is left that says who it was. The hours stay, under an id that says nothing."""
        self.status, self.kept_until = VolunteerStatus.ERASED, None
        self.personal = self.national_number = self.reason = self.returned = None
        self.person, self.skills, self.requests = "erased", [], []
        self.adult = None
        self.credentials = Credentials()
        return [told.VolunteerErased(site=self.site, volunteer=self.id)]

    def _end_memberships(self) -> list[Event]:
        teams, self.teams, self.requests = self.teams, [], []
        return [told.MembershipLeft(site=self.site, team=team, volunteer=self.id) for team in teams]

    def refusal(
        self,
        team: str,
        needs: Iterable[str] = (),
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> RefusalReason | None:
        """Why this person may not serve for that team, with what a post needs over its time; None
        where they may."""
        if self.status in GONE:
            return RefusalReason.LEFT
        if self.status is VolunteerStatus.SUSPENDED:
            return RefusalReason.SUSPENDED
        if self.status is not VolunteerStatus.VERIFIED:
            return RefusalReason.NOT_VERIFIED
        if team not in self.teams:
            return RefusalReason.NOT_IN_TEAM
        if starts_at is None or ends_at is None:
            return None
        return self.credentials.refusal(needs, starts_at, ends_at, self.of_age(starts_at))

    def require(self, move: str) -> None:
        """Raises Conflict with the moves that the state allows."""
        allowed = MOVES[self.status]
        if move not in allowed:
            raise Conflict(
                Text(
                    f"A volunteer who is {self.status} can't be moved by {move}.",
                    f"志愿者状态为 {self.status},不能执行 {move}。",
                ),
                extra={"state": self.status, "allowed": list(allowed)},
            )
