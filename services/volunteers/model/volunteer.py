"""A volunteer (志愿者): registered, verified by name, member of teams. Three separate facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.volunteers.model.commands import RegisterVolunteer, SuspendVolunteer
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, Text


class VolunteerStatus(StrEnum):
    REGISTERED = "registered"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


MOVES: dict[VolunteerStatus, tuple[str, ...]] = {
    VolunteerStatus.REGISTERED: ("verify", "join", "leave"),
    VolunteerStatus.VERIFIED: ("suspend", "join", "leave"),
    VolunteerStatus.SUSPENDED: ("reinstate", "leave"),
}


@dataclass
class Volunteer:
    """One person. The unified number (志愿者统一编号) is given nationally; this one is ours."""

    id: str
    status: VolunteerStatus
    number: str  # local number
    person: str  # the client's number of the person
    site: str
    teams: list[str] = field(default_factory=list)
    reason: str | None = None  # of a suspension

    @classmethod
    def register(
        cls, id: str, command: RegisterVolunteer, now: datetime
    ) -> tuple["Volunteer", list[Event]]:
        """注册."""
        volunteer = cls(
            id=id,
            status=VolunteerStatus.REGISTERED,
            number=f"{command.site[:2]}V-{id[-10:].upper()}",
            person=command.person,
            site=command.site,
        )
        return volunteer, [
            told.VolunteerRegistered(site=command.site, volunteer=id, number=volunteer.number)
        ]

    def verify(self, now: datetime) -> Sequence[Event]:
        """实名认证."""
        self._require("verify")
        self.status = VolunteerStatus.VERIFIED
        return [told.VolunteerVerified(site=self.site, volunteer=self.id)]

    def suspend(self, command: SuspendVolunteer, now: datetime) -> Sequence[Event]:
        """May not serve until reinstated; what is booked already stays."""
        self._require("suspend")
        self.status, self.reason = VolunteerStatus.SUSPENDED, command.reason
        return [told.VolunteerSuspended(site=self.site, volunteer=self.id, reason=command.reason)]

    def reinstate(self, now: datetime) -> Sequence[Event]:
        """May serve again."""
        self._require("reinstate")
        self.status, self.reason = VolunteerStatus.VERIFIED, None
        return [told.VolunteerReinstated(site=self.site, volunteer=self.id)]

    def join(self, team: str, now: datetime) -> Sequence[Event]:
        """入队; any number of teams."""
        self._require("join")
        if team in self.teams:
            return []
        self.teams.append(team)
        return [told.MembershipJoined(site=self.site, team=team, volunteer=self.id)]

    def leave(self, team: str, now: datetime) -> Sequence[Event]:
        """What was served for the team stays with it."""
        self._require("leave")
        if team not in self.teams:
            return []
        self.teams.remove(team)
        return [told.MembershipLeft(site=self.site, team=team, volunteer=self.id)]

    def refusal(self, team: str) -> RefusalReason | None:
        """Why this person may not serve for that team now; None where they may."""
        if self.status is VolunteerStatus.SUSPENDED:
            return RefusalReason.SUSPENDED
        if self.status is not VolunteerStatus.VERIFIED:
            return RefusalReason.NOT_VERIFIED
        if team not in self.teams:
            return RefusalReason.NOT_IN_TEAM
        return None

    def _require(self, move: str) -> None:
        allowed = MOVES[self.status]
        if move not in allowed:
            raise Conflict(
                Text(
                    f"A volunteer who is {self.status} can't be moved by {move}.",
                    f"志愿者状态为 {self.status},不能执行 {move}。",
                ),
                extra={"state": self.status, "allowed": list(allowed)},
            )
