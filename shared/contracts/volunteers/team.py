"""What is told of volunteer teams (志愿服务队) and their members."""

from shared.contracts.base import Id, SiteEvent


class TeamFormed(SiteEvent, name="volunteers.team.formed", version=1):
    """A volunteer team (志愿服务队) exists."""

    team: Id
    title: str


class TeamChanged(SiteEvent, name="volunteers.team.changed", version=1):
    """Other facts about a team, or other leaders."""

    team: Id
    title: str
    leaders: list[Id]


class TeamDissolved(SiteEvent, name="volunteers.team.dissolved", version=1):
    """The team ends; what was served for it stays with it."""

    team: Id


class MembershipRequested(SiteEvent, name="volunteers.membership.requested", version=1):
    """Somebody wants to be a member; a leader decides."""

    team: Id
    volunteer: Id


class MembershipRefused(SiteEvent, name="volunteers.membership.refused", version=1):
    """A request was not granted."""

    team: Id
    volunteer: Id


class MembershipJoined(SiteEvent, name="volunteers.membership.joined", version=1):
    """入队."""

    team: Id
    volunteer: Id


class MembershipLeft(SiteEvent, name="volunteers.membership.left", version=1):
    """No longer a member of the team."""

    team: Id
    volunteer: Id
