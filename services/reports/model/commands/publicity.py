"""What can be asked of publicity: coverage, and model cases."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.reports.model.commands.texts import FileId, Link, PlainArticle
from shared.contracts.base import Command, Id, Line, SiteCode
from shared.contracts.reports import CaseKind, MediaLevel, Medium
from shared.contracts.texts import PlainLine
from shared.contracts.vocabulary import Theme

Files = Annotated[list[FileId], Field(max_length=20)]
Photographs = Annotated[list[FileId], Field(max_length=9)]


class RecordCoverage(Command):
    """The media have reported: where, when, on whom. Files: a cutting, a picture of the page."""

    site: Annotated[SiteCode, Field(description="Whose coverage it is: it counts there")]
    sites: Annotated[list[SiteCode], Field(max_length=50, description="That it names beside")] = []
    medium: Medium
    level: MediaLevel
    outlet: Line
    title: PlainLine
    published_on: date
    link: Link | None = None
    theme: Theme | None = None
    activities: Annotated[list[Id], Field(max_length=20, description="Reported on")] = []
    files: Files = []


class WithdrawCoverage(Command):
    """The record did not hold: a double, an error."""

    reason: Line


class Article(Command):
    """What is to be read. With photographs, who is shown has consented."""

    title: PlainLine
    text: PlainArticle
    theme: Theme | None = None
    photographs: Photographs = []
    consent: bool = False


class ReviseCase(Article):
    """The whole draft anew."""

    kind: CaseKind
    honour: Annotated[Id | None, Field(description="That was awarded for it")] = None


class DraftCase(ReviseCase):
    """A model case, as it is to be read. With photographs, who is shown has consented."""

    site: SiteCode


class PublishCase(Command):
    """Where it can be read, if anywhere yet."""

    published_on: Annotated[date | None, Field(description="Default: today")] = None
    link: Link | None = None


class SendBack(Command):
    """It needs work: what is wrong."""

    reason: PlainLine


class Check(Command):
    """Another person has read it, and it may go out."""
