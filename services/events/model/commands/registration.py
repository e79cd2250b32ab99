"""What can be asked of registrations (报名), and of those who come."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.events.model.commands.activity import Code
from shared.contracts.base import Command, Line, Moment, Note, PersonRef
from shared.contracts.events import CancelledBy, SessionCode

MOST_SCANS = 200  # of one upload
Party = Annotated[int, Field(ge=1, le=50)]
FileId = Annotated[str, Field(pattern=r"^[a-z]{2,4}_[a-z0-9]{6,40}$")]


class Register(Command):
    """A resident wants a seat, and for those who come along."""

    resident: PersonRef
    companions: Annotated[list[PersonRef], Field(max_length=49, description="Those known")] = []
    people: Annotated[Party | None, Field(description="All together; None: those named")] = None
    sessions: Annotated[list[SessionCode], Field(max_length=60, description="Empty: all")] = []
    answers: Annotated[dict[Code, Annotated[str, Field(max_length=200)]], Field(max_length=10)] = {}


class CancelRegistration(Command):
    """The seats, or the place in the list, are given back."""

    by: Annotated[CancelledBy, Field(description="resident or host")] = CancelledBy.RESIDENT
    reason: Line | None = None


class ApproveRegistration(Command):
    """It gets its seats, or a place in the list."""


class RefuseRegistration(Command):
    """It does not."""

    reason: Line


class AcceptOffer(Command):
    """The seats that are kept for them are theirs."""


class Attend(Command):
    """The resident has come, as the hosts see from their list."""

    session: Annotated[SessionCode | None, Field(description="None: the one that is on")] = None
    people: Annotated[Party | None, Field(description="None: the whole party")] = None


class Leave(Command):
    """签退."""

    session: SessionCode | None = None


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Scan(Command):
    """A ticket's QR code was read at the door, now."""

    token: Annotated[str, Field(max_length=600)]
    session: SessionCode | None = None
    direction: Direction = Direction.IN


class StoredScan(Command):
    """One that a device has kept while it was offline."""

    number: Annotated[int, Field(ge=0, description="Of the device's own counting")]
    token: Annotated[str, Field(max_length=600)]
    session: SessionCode
    direction: Direction = Direction.IN
    at: Moment


class UploadScans(Command):
    """签到 kept offline, sent later. Each is taken or refused by itself, with a reason code."""

    device: Code
    scans: Annotated[list[StoredScan], Field(min_length=1, max_length=MOST_SCANS)]


class WalkIn(Command):
    """They come without having registered; without `resident` they are counted only."""

    resident: PersonRef | None = None
    people: Party = 1
    session: SessionCode | None = None


class EnterSheet(Command):
    """A paper sign-in sheet (签到表), entered by one person to be checked by another."""

    session: SessionCode
    file: Annotated[FileId, Field(description="The scanned sheet")]
    residents: Annotated[list[PersonRef], Field(max_length=500)] = []
    unknown: Annotated[int, Field(ge=0, le=2000, description="Signed, but not known")] = 0


class CheckSheet(Command):
    """The second person: counted, or refused."""

    right: bool
    note: Line | None = None


class GiveFeedback(Command):
    """How it was, by somebody who came."""

    stars: Annotated[int, Field(ge=1, le=5)]
    text: Note | None = None
