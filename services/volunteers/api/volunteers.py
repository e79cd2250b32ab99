"""Volunteers over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.model import commands as asked
from services.volunteers.model.calendar import Calendar
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import derived_id
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class VolunteersQuery(PageQuery):
    """Filters of the list of volunteers."""

    site: SiteCode | None = None
    team: Annotated[str | None, Field(max_length=64)] = None
    status: VolunteerStatus | None = None


@api.command("/v1/volunteers", scope="volunteers:write", made="id")
def register(call: Call[Store], body: asked.RegisterVolunteer) -> Receipt:
    """注册: a person is registered once."""
    call.client.require_site(body.site)
    id = derived_id("vol", body.person)

    def build(now: datetime) -> tuple[Volunteer, list[Event]]:
        call.app.sites.require_open(body.site)
        return Volunteer.register(id, body, now)

    return call.app.volunteers.make(id, call.origin, build)


@api.query("/v1/volunteers/{id}", scope="volunteers:read")
def read_volunteer(call: Call[Store], id: str) -> Loaded[Volunteer]:
    """One volunteer."""
    return call.read(call.app.volunteers, id)


@api.query("/v1/volunteers", scope="volunteers:read")
def list_volunteers(call: Call[Store], query: VolunteersQuery) -> Page[Volunteer]:
    """Volunteers of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site", "status"}, exclude_none=True)
    if query.team:
        criteria["teams"] = query.team
    call.client.limit(criteria)
    return page_of(call.app.volunteers, criteria, query)


@api.command("/v1/volunteers/{id}/verify", scope="volunteers:verify")
def verify(call: Call[Store], id: str, body: asked.VerifyVolunteer) -> Receipt:
    """实名认证."""
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.verify(now))


@api.command("/v1/volunteers/{id}/suspend", scope="volunteers:verify")
def suspend(call: Call[Store], id: str, body: asked.SuspendVolunteer) -> Receipt:
    """May not serve until reinstated."""
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.suspend(body, now))


@api.command("/v1/volunteers/{id}/reinstate", scope="volunteers:verify")
def reinstate(call: Call[Store], id: str, body: asked.ReinstateVolunteer) -> Receipt:
    """May serve again."""
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.reinstate(now))


@api.command("/v1/volunteers/{id}/join", scope="volunteers:write")
def join(call: Call[Store], id: str, body: asked.JoinTeam) -> Receipt:
    """入队."""
    call.app.require_team(body.team)
    return call.change(
        call.app.volunteers, id, lambda volunteer, now: volunteer.join(body.team, now)
    )


@api.command("/v1/volunteers/{id}/leave", scope="volunteers:write")
def leave(call: Call[Store], id: str, body: asked.LeaveTeam) -> Receipt:
    """Leave a team."""
    return call.change(
        call.app.volunteers, id, lambda volunteer, now: volunteer.leave(body.team, now)
    )


@api.query("/v1/volunteers/{id}/calendar", scope="volunteers:read")
def read_calendar(call: Call[Store], id: str) -> Loaded[Calendar]:
    """What a volunteer's time is reserved for; 404 while nothing ever was."""
    read_volunteer(call, id)
    return call.app.calendars.load(call.app.calendar_id(id))
