"""What can be asked of a volunteer (志愿者)."""

from shared.contracts.base import Command, Id, Line, PersonRef, SiteCode


class RegisterVolunteer(Command):
    """注册. `person` is the number under which the client knows the person."""

    person: PersonRef
    site: SiteCode


class VerifyVolunteer(Command):
    """实名认证: somebody has seen the document."""


class SuspendVolunteer(Command):
    """May not serve until reinstated."""

    reason: Line


class ReinstateVolunteer(Command):
    """May serve again."""


class JoinTeam(Command):
    """入队."""

    team: Id


class LeaveTeam(Command):
    """No longer a member."""

    team: Id
