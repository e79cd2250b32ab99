"""A volunteer team (志愿服务队)."""

from dataclasses import dataclass

from services.volunteers.model.commands import FormTeam
from shared.contracts.base import Event
from shared.contracts.volunteers import TeamFormed


@dataclass
class Team:
    """Its members are in the volunteers' own documents."""

    title: str
    site: str
    status: str = "active"

    @classmethod
    def form(cls, id: str, command: FormTeam) -> tuple["Team", list[Event]]:
        """A new team."""
        team = cls(title=command.title, site=command.site)
        return team, [TeamFormed(team=id, site=command.site, title=command.title)]
