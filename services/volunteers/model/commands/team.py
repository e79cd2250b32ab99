"""What can be asked of a team (志愿服务队)."""

from shared.contracts.base import Command, Line, SiteCode


class FormTeam(Command):
    """A new team (志愿服务队)."""

    title: Line
    site: SiteCode
