"""What can be asked of a team (志愿服务队)."""

from enum import StrEnum

from services.volunteers.model.commands.volunteer import PlainLine
from shared.contracts.base import Command, Id, Line, SiteCode


class Joining(StrEnum):
    """How one becomes a member."""

    OPEN = "open"  # whoever may act for the site enters the member
    REQUEST = "request"  # a leader of the team decides
    CLOSED = "closed"  # nobody, for now


class FormTeam(Command):
    """A new team (志愿服务队)."""

    title: Line
    site: SiteCode
    joining: Joining = Joining.OPEN
    organisation: PlainLine | None = None  # a unit or public-benefit organisation that leads it


class ChangeTeam(Command):
    """Other facts about a team; all of them are replaced."""

    title: Line
    joining: Joining
    organisation: PlainLine | None = None


class AppointLeader(Command):
    """A member becomes a leader (队长)."""

    volunteer: Id


class DismissLeader(Command):
    """A leader is an ordinary member again."""

    volunteer: Id


class DissolveTeam(Command):
    """The team ends; what was served for it stays."""

    reason: PlainLine
