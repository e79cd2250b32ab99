"""What is told of hours of service: 录入, 审核, 公示, 入账, and corrections.

Credited and corrected entries of a volunteer form a chain: each names its place and the hash of
the one before it, so that what is changed, taken out or cut off can be found from these events.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Contract, Id, Moment, SiteEvent
from shared.contracts.vocabulary import Department, Mode, Theme

IdOrNone = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,4}_[a-z0-9]{6,40})?$")]
"""An id, or empty where there is none."""

Hash = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
"""SHA-256 in hexadecimal; empty in events from before there were chains."""


class HoursSource(StrEnum):
    """Where the minutes of an entry were recorded."""

    ORDER = "order"  # checked in and out at an order, by machine
    SHIFT = "shift"  # checked in and out at a shift, by machine
    PAPER = "paper"  # 签到表: a paper sign-in sheet, scanned, entered and checked by two people
    STATEMENT = "statement"  # without machine or sheet: stated by one person, checked by another


class HoursRefusal(StrEnum):
    """Why entered minutes are not credited."""

    CHECK = "check"  # who checked the sheet refused it
    OBJECTION = "objection"  # an objection within the announcement was upheld
    OVERLAP = "overlap"  # the ledger holds other minutes of the volunteer at that time


class LinkEvent(SiteEvent):
    """What is told of one link of a volunteer's chain."""

    entry: Id
    volunteer: Id
    team: Id
    theme: Theme
    modes: list[Mode]
    service_date: date
    department: Annotated[
        Department | None, Field(description="That handled the order which was served")
    ] = None


class HoursCredited(LinkEvent, name="volunteers.hours.credited", version=1):
    """入账: minutes really served, with their evidence; each belongs to one team."""

    minutes: int
    order: IdOrNone
    acceptance: IdOrNone
    evidence: str
    source: HoursSource = HoursSource.ORDER
    points: Annotated[int, Field(description="积分: weighted minutes; never hours")] = 0
    number: Annotated[int, Field(description="Place in the volunteer's chain, from 1")] = 0
    previous: Hash = ""
    hash: Hash = ""
    total_minutes: Annotated[int, Field(description="Of the volunteer, with this entry")] = 0


class HoursCorrected(LinkEvent, name="volunteers.hours.corrected", version=1):
    """An entry was wrong: two people have corrected it. The entry itself stays as it was."""

    minutes: Annotated[int, Field(description="Of the entry from now on")]
    difference: Annotated[int, Field(description="Minutes that this adds; may be negative")]
    points_difference: int
    number: int
    previous: Hash
    hash: Hash
    total_minutes: int


class SheetEvent(SiteEvent):
    """What is told of entries that are on their way into the ledger."""

    sheet: Id


class HoursEntered(SheetEvent, name="volunteers.hours.entered", version=1):
    """录入: somebody has entered minutes; another person has to check them."""

    source: HoursSource
    rows: int
    minutes: int


class AnnouncedRow(Contract):
    """Minutes that will be credited where nobody objects."""

    row: str
    volunteer: Id
    team: Id
    minutes: int
    service_date: date


class HoursAnnounced(SheetEvent, name="volunteers.hours.announced", version=1):
    """公示: checked; whoever objects does it before `until`."""

    rows: list[AnnouncedRow]
    until: Moment


class HoursDisputed(SheetEvent, name="volunteers.hours.disputed", version=1):
    """Somebody objects to a row within the announcement."""

    row: str
    volunteer: Id


class HoursRefused(SheetEvent, name="volunteers.hours.refused", version=1):
    """These rows are not credited."""

    rows: list[str]
    reason: HoursRefusal


class HoursWithdrawn(SheetEvent, name="volunteers.hours.withdrawn", version=1):
    """Who entered the sheet has taken it back."""
