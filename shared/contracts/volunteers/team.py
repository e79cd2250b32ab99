"""What is told of volunteer teams (志愿服务队) and their members."""

from shared.contracts.base import Id, SiteEvent


class TeamFormed(SiteEvent, name="volunteers.team.formed", version=1):
    """A volunteer team (志愿服务队) exists."""

    team: Id
    title: str


class MembershipJoined(SiteEvent, name="volunteers.membership.joined", version=1):
    """入队."""

    team: Id
    volunteer: Id


class MembershipLeft(SiteEvent, name="volunteers.membership.left", version=1):
    """No longer a member of the team."""

    team: Id
    volunteer: Id
