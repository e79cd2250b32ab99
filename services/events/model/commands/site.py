"""What can be asked of sites (所, 站, 点) and their rooms (场所)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from services.events.model.datum import to_wgs84
from shared.contracts.base import OR_IN_CHINESE, Command, Line, Moment, Note, PersonRef, SiteCode
from shared.contracts.events import CommunityCode, OpeningHours, Position, RoomCode
from shared.contracts.vocabulary import SiteLevel

Year = Annotated[int, Field(ge=2019, le=2099)]


class Datum(StrEnum):
    """What latitude and longitude are measured by."""

    WGS84 = "wgs-84"  # of satellite receivers, and in all that is told
    GCJ02 = "gcj-02"  # 火星坐标: of Chinese map services, hundreds of metres off


class GivenPosition(Command):
    """Degrees, within China; GCJ-02 becomes WGS 84, to which everything is kept and told."""

    latitude: Annotated[float, Field(ge=3, le=54)]
    longitude: Annotated[float, Field(ge=73, le=136)]
    datum: Datum = Datum.WGS84

    @property
    def in_wgs84(self) -> Position:
        """The same place."""
        latitude, longitude = self.latitude, self.longitude
        if self.datum is Datum.GCJ02:
            latitude, longitude = to_wgs84(latitude, longitude)
        return Position(latitude=latitude, longitude=longitude)


DrawnAt = Annotated[
    GivenPosition | None,
    Field(description="Where a map draws it while its position is unknown: a schematic place"),
]


class SiteFacts(Command):
    """What is known of a site."""

    level: SiteLevel
    title: Line
    title_en: Line
    communities: Annotated[list[CommunityCode], Field(max_length=50)] = []
    demonstration: Annotated[bool, Field(description="示范点")] = False
    position: GivenPosition | None = None
    drawn_at: DrawnAt = None
    address: Annotated[Line | None, Field(description="Of the site itself, for visitors")] = None
    hours: Annotated[list[OpeningHours], Field(max_length=28, description="开放时间")] = []


class OpenSite(SiteFacts):
    """A new institute, station or point. The code is its station code (站点编码)."""

    code: SiteCode


class ChangeSite(SiteFacts):
    """The whole of the facts, as they are to be."""


class MoveSite(Command):
    """It is at another place from a day on; where it was stays on record."""

    address: Line
    position: GivenPosition | None = None
    drawn_at: DrawnAt = None
    since: date
    reason: Line | None = None


class CloseSite(Command):
    """Nothing new may be held or ordered here."""

    reason: Line | None = None
    successor: Annotated[SiteCode | None, Field(description="The site that takes over")] = None
    call_off: Annotated[
        bool,
        Field(
            description="Activities, programmes and bookings of rooms that are to come are"
            " cancelled with it; else the closing is refused while there are any"
        ),
    ] = False


class RoomFacts(Command):
    """What is known of a room."""

    title: Line
    capacity: Annotated[int, Field(ge=1, le=5000, description="People, by its fire limit")]
    equipment: Annotated[list[Line], Field(max_length=40)] = []
    shared_with: Annotated[Line | None, Field(description="阵地共用: whose room it is too")] = None


class AddRoom(RoomFacts):
    """A room (场所) of a site."""

    code: RoomCode


class ChangeRoom(RoomFacts):
    """The whole of a room's facts, as they are to be."""


class CloseRoom(Command):
    """Nothing new may be held in it."""


class BookRoom(Command):
    """Somebody else uses it then (阵地共用); an activity asks for its rooms itself."""

    starts_at: Moment
    ends_at: Moment
    purpose: Line

    @model_validator(mode="after")
    def _forward(self) -> "BookRoom":
        if self.ends_at <= self.starts_at:
            raise ValueError(
                f"ends_at should be after starts_at{OR_IN_CHINESE}ends_at 应晚于 starts_at"
            )
        return self


class CancelBooking(Command):
    """The room is free again."""


class Duty(StrEnum):
    """What somebody is in a leading group (领导小组)."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"


class Member(Command):
    """Somebody in a leading group, under the derived number; `post` is an office, not a name."""

    person: PersonRef
    duty: Duty
    post: Line


class AppointLeadingGroup(Command):
    """A leading group with one head, in place of the one before (plan, 六(一))."""

    members: Annotated[list[Member], Field(min_length=1, max_length=30)]
    since: date

    @model_validator(mode="after")
    def _one_head(self) -> "AppointLeadingGroup":
        heads = [each for each in self.members if each.duty is Duty.HEAD]
        if len(heads) != 1 or len({each.person for each in self.members}) < len(self.members):
            raise ValueError(
                "members should be different people with exactly one head"
                f"{OR_IN_CHINESE}成员不得重复,且须有且只有一名组长"
            )
        return self


class NameResponsible(Command):
    """The responsible person (责任人), in place of the one before."""

    person: PersonRef
    post: Line
    since: date


class LayDownWorkPlan(Command):
    """A year's work plan (工作方案), in place of an earlier one for that year."""

    year: Year
    title: Line
    text: Note
    file: Annotated[str | None, Field(pattern=r"^fil_[a-z0-9]{6,40}$")] = None
