"""What can be asked of bulletins (信息报送)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.reports.model.commands.publicity import Article
from services.reports.model.commands.texts import Link
from shared.contracts.base import Command, Id, Line, SiteCode
from shared.contracts.reports import MediaLevel


class ReviseBulletin(Article):
    """The whole draft anew."""

    activities: Annotated[list[Id], Field(max_length=20, description="That it is about")] = []


class DraftBulletin(ReviseBulletin):
    """A piece of news to be sent upward. With photographs, who is shown has consented."""

    site: SiteCode


class SendBulletin(Command):
    """To the office of which level."""

    level: MediaLevel


class UseBulletin(Command):
    """A level has used it: by which outlet, when."""

    level: MediaLevel
    outlet: Line
    used_on: date
    link: Link | None = None


class WithdrawUse(Command):
    """It was not used there after all."""

    reason: Line


class WithdrawBulletin(Command):
    """It is not sent."""

    reason: Line


class SetScores(Command):
    """Points of a use, by level; what was counted already stays.

    `highest`: a bulletin counts what its highest use does. `sum`: each use counts.
    """

    points: dict[MediaLevel, Annotated[int, Field(ge=0, le=1000)]]
    uses: Literal["highest", "sum"] = "highest"
