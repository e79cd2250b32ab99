"""Rosters as people read them: of a site by week, of a volunteer, and what is still open."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.shift import Shift, ShiftStatus
from services.volunteers.model.sign_up import LISTED, SignUpStatus
from services.volunteers.store import Store
from shared.clock import SHANGHAI
from shared.contracts.base import OR_IN_CHINESE, Id, Moment, SiteCode
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import ShiftPurpose, SignUpMode
from shared.errors import NotFound
from shared.storage.aggregates import Loaded
from shared.storage.mongo import Document
from shared.web.api import Api, Call

api: Api[Store] = Api()

LOOKED_AHEAD = timedelta(days=28)
MOST_OPEN = 100
_WEEK = re.compile(r"^(20[0-9]{2})-W([0-5][0-9])$")


def _week(value: str) -> str:
    try:
        _monday(value)
    except (ValueError, TypeError):
        raise ValueError(
            f"should be a week such as 2026-W48{OR_IN_CHINESE}应为周次,例如 2026-W48"
        ) from None
    return value


def _monday(week: str) -> datetime:
    found = _WEEK.match(week)
    if not found:
        raise ValueError(week)
    day = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


class WeekQuery(BaseModel):
    """Which week of the calendar in Asia/Shanghai; the present one where none is named."""

    model_config = ConfigDict(extra="forbid")

    week: Annotated[str | None, Field(max_length=8), AfterValidator(lambda w: w and _week(w))] = (
        None
    )


class TimeQuery(BaseModel):
    """From when to when; four weeks from now where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    from_at: Moment | None = None
    until_at: Moment | None = None

    def times(self, now: datetime) -> tuple[datetime, datetime]:
        from_at = self.from_at or now
        return from_at, self.until_at or from_at + LOOKED_AHEAD


class OpenQuery(TimeQuery):
    """Which open shifts."""

    site: SiteCode | None = None


class ShiftLine(BaseModel):
    """A shift in a list."""

    shift: Id
    status: ShiftStatus
    site: SiteCode
    post: str
    theme: Theme
    modes: list[Mode]
    purpose: ShiftPurpose
    order: str | None
    activity: str | None
    team: str | None
    starts_at: datetime
    ends_at: datetime
    hands: int
    free: int
    sign_up_mode: SignUpMode
    sign_up: str | None = None  # of the volunteer whose list it is
    sign_up_status: SignUpStatus | None = None

    @classmethod
    def of(cls, shift: Shift, **more: Any) -> "ShiftLine":
        facts = {name: getattr(shift, name) for name in cls.model_fields if hasattr(shift, name)}
        facts.pop("sign_up", None)  # a method of the shift
        return cls(**(facts | {"shift": shift.id} | more))


class Roster(BaseModel):
    """Shifts by their beginning."""

    from_at: datetime
    until_at: datetime
    shifts: list[ShiftLine]


class RosterEntry(ShiftLine):
    """A shift with those who are in."""

    sign_ups: dict[str, tuple[str, SignUpStatus]]  # id: volunteer, status


class WeekRoster(BaseModel):
    """A site's week."""

    site: SiteCode
    from_at: datetime
    until_at: datetime
    shifts: list[RosterEntry]


@api.query("/v1/sites/{site}/roster", scope="shifts:read")
def read_week(call: Call[Store], site: str, query: WeekQuery) -> WeekRoster:
    """排班表: the shifts of a site in one week, with who is in each."""
    call.client.require_site(site)
    now = call.clock.now().astimezone(SHANGHAI).date().isocalendar()
    from_at = _monday(query.week or f"{now.year}-W{now.week:02}")
    until_at = from_at + timedelta(days=7)
    found = call.app.rosters.between(
        {"site": site, "status": {"$ne": ShiftStatus.CANCELLED}}, from_at, until_at
    )
    return WeekRoster(
        site=site,
        from_at=from_at,
        until_at=until_at,
        shifts=[
            RosterEntry.of(
                each.state,
                sign_ups={
                    id: (held.volunteer, held.status)
                    for id, held in each.state.sign_ups.items()
                    if held.status in LISTED
                },
            )
            for each in found
        ],
    )


@api.query("/v1/volunteers/{id}/shifts", scope="shifts:read")
def read_own(call: Call[Store], id: str, query: TimeQuery) -> Roster:
    """What a volunteer is in, has asked for, has served or has missed."""
    call.read(call.app.volunteers, id)
    from_at, until_at = query.times(call.clock.now())
    found = call.app.rosters.between({"volunteers": id}, from_at, until_at)
    return Roster(
        from_at=from_at,
        until_at=until_at,
        shifts=[
            ShiftLine.of(each.state, sign_up=sign_up, sign_up_status=held.status)
            for each in found
            for sign_up, held in each.state.sign_ups.items()
            if held.volunteer == id and held.status in LISTED
        ],
    )


@api.query("/v1/volunteers/{id}/open-shifts", scope="shifts:read")
def read_open(call: Call[Store], id: str, query: OpenQuery) -> Roster:
    """Shifts with a free hand that the volunteer may sign up for, is qualified for, has the team
    for, and has time for."""
    volunteer = call.read(call.app.volunteers, id).state
    now = call.clock.now()
    from_at, until_at = query.times(now)
    criteria: Document = {
        "status": ShiftStatus.PLANNED,
        "free": {"$gt": 0},
        "sign_up_mode": {"$ne": SignUpMode.LEADER},
        "team": {"$in": [None, *volunteer.teams]},
        "volunteers": {"$ne": id},
    }
    if query.site:
        criteria["site"] = query.site
    call.client.limit(criteria)
    calendar = call.app.calendar(id)
    found = call.app.rosters.between(criteria, max(from_at, now), until_at)
    fitting = [
        each.state
        for each in found
        if each.state.starts_at > now
        and not call.app.unmet(volunteer, each.state)
        and not call.app.takes_time(calendar, each.state)
    ]
    return Roster(
        from_at=from_at,
        until_at=until_at,
        shifts=[ShiftLine.of(each) for each in fitting[:MOST_OPEN]],
    )


@api.query("/v1/volunteers/{id}/no-shows", scope="shifts:read")
def read_no_shows(call: Call[Store], id: str) -> Loaded[NoShows]:
    """Which shifts a volunteer has missed, and until when no sign-up is taken."""
    call.read(call.app.volunteers, id)
    known = call.app.rosters.no_shows_id(id)
    try:
        return call.app.rosters.no_shows.load(known)
    except NotFound:
        return Loaded(known, 0, call.clock.now(), NoShows(id), [])
