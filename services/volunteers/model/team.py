"""A volunteer team (志愿服务队)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.volunteers.model.commands import ChangeTeam, FormTeam, Joining
from shared.contracts.base import Event
from shared.contracts.volunteers import TeamChanged, TeamDissolved, TeamFormed
from shared.errors import Conflict, Text, invalid

MOST_LEADERS = 20


@dataclass
class Team:
    """Its members are in the volunteers' own documents."""

    title: str
    site: str
    status: str = "active"
    joining: Joining = Joining.OPEN
    organisation: str | None = None
    leaders: list[str] = field(default_factory=list)

    @classmethod
    def form(cls, id: str, command: FormTeam) -> tuple["Team", list[Event]]:
        """A new team."""
        team = cls(
            title=command.title,
            site=command.site,
            joining=command.joining,
            organisation=command.organisation,
        )
        return team, [TeamFormed(team=id, site=command.site, title=command.title)]

    def change(self, id: str, command: ChangeTeam) -> Sequence[Event]:
        """Other facts."""
        self._require_active()
        before = (self.title, self.joining, self.organisation)
        self.title, self.joining = command.title, command.joining
        self.organisation = command.organisation
        if before == (self.title, self.joining, self.organisation):
            return []
        return [self._changed(id)]

    def appoint(self, id: str, volunteer: str, member: bool) -> Sequence[Event]:
        """队长; `member`: whether the volunteer is one."""
        self._require_active()
        if not member:
            raise invalid("volunteer", "is not a member of the team", "不是该队成员")
        if volunteer in self.leaders:
            return []
        if len(self.leaders) >= MOST_LEADERS:
            raise invalid(
                "volunteer", f"at most {MOST_LEADERS} leaders", f"最多 {MOST_LEADERS} 名队长"
            )
        self.leaders.append(volunteer)
        return [self._changed(id)]

    def dismiss(self, id: str, volunteer: str) -> Sequence[Event]:
        """Of who is no leader: nothing."""
        if volunteer not in self.leaders:
            return []
        self.leaders.remove(volunteer)
        return [self._changed(id)]

    def dissolve(self, id: str, members: bool) -> Sequence[Event]:
        """Only a team that nobody is a member of any more."""
        self._require_active()
        if members:
            raise Conflict(
                Text("It still has members; they leave first.", "仍有队员,请先办理退队。"),
                extra={"state": self.status, "allowed": ["change", "appoint", "dismiss"]},
            )
        self.status, self.leaders = "dissolved", []
        return [TeamDissolved(team=id, site=self.site)]

    def require_joinable(self, by_request: bool) -> None:
        """Raises Unprocessable naming the field."""
        if self.status != "active":
            raise invalid("team", "the team is dissolved", "该队已解散")
        if self.joining is Joining.CLOSED:
            raise invalid("team", "the team takes no members now", "该队暂不接收队员")
        if self.joining is Joining.REQUEST and not by_request:
            raise invalid(
                "team",
                "a leader of the team decides; ask by request-membership",
                "须由队长审批,请先提交入队申请",
            )

    def _changed(self, id: str) -> Event:
        return TeamChanged(team=id, site=self.site, title=self.title, leaders=list(self.leaders))

    def _require_active(self) -> None:
        if self.status != "active":
            raise Conflict(
                Text("The team is dissolved.", "该队已解散。"),
                extra={"state": self.status, "allowed": []},
            )
