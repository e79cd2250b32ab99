"""Volunteers over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.api.shown import VolunteerShown, shown, shown_page
from services.volunteers.model import commands as asked
from services.volunteers.model.calendar import Calendar
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class VolunteersQuery(PageQuery):
    """Filters of the list of volunteers."""

    site: SiteCode | None = None
    team: Annotated[str | None, Field(max_length=64)] = None
    status: VolunteerStatus | None = None
    skill: Annotated[str | None, Field(max_length=40)] = None


@api.command("/v1/volunteers", scope="volunteers:write", made="id")
def register(call: Call[Store], body: asked.RegisterVolunteer) -> Receipt:
    """注册: a person is registered once."""
    call.client.require_site(body.site)
    people = call.app.people
    id = people.id_for(body.person, body.personal, call.origin)

    def build(now: datetime) -> tuple[Volunteer, list[Event]]:
        call.app.sites.require_open(body.site)
        personal = people.sealed(body.personal, now, id) if body.personal else None
        return Volunteer.register(id, body, now, personal)

    return call.app.volunteers.make(id, call.origin, build)


@api.query("/v1/volunteers/{id}", scope="volunteers:read")
def read_volunteer(call: Call[Store], id: str) -> Loaded[VolunteerShown]:
    """One volunteer, personal data masked."""
    return shown(call.read(call.app.volunteers, id), call.clock.now())


@api.query("/v1/volunteers", scope="volunteers:read")
def list_volunteers(call: Call[Store], query: VolunteersQuery) -> Page[VolunteerShown]:
    """Volunteers of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site", "status"}, exclude_none=True)
    if query.team:
        criteria["teams"] = query.team
    if query.skill:
        criteria["skills"] = query.skill
    call.client.limit(criteria)
    return shown_page(page_of(call.app.volunteers, criteria, query), call.clock.now())


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


@api.command("/v1/volunteers/{id}/deregister", scope="volunteers:write")
def deregister(call: Call[Store], id: str, body: asked.DeregisterVolunteer) -> Receipt:
    """注销: no longer a volunteer; 409 while time is reserved ahead."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("deregister")
        call.app.require_nothing_booked(id, now)
        return list(volunteer.deregister(now))

    return call.change(call.app.volunteers, id, decide)


@api.command("/v1/volunteers/{id}/return", scope="volunteers:write")
def come_back(call: Call[Store], id: str, body: asked.ReturnVolunteer) -> Receipt:
    """Registered again after having left."""
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.come_back(now))


@api.command("/v1/volunteers/{id}/give-national-number", scope="volunteers:verify")
def give_national_number(call: Call[Store], id: str, body: asked.GiveNationalNumber) -> Receipt:
    """The unified number (志愿者统一编号), as the national system gave it."""
    return call.change(
        call.app.volunteers, id, lambda volunteer, now: volunteer.number_nationally(body)
    )


@api.command("/v1/volunteers/{id}/name-skills", scope="volunteers:write")
def name_skills(call: Call[Store], id: str, body: asked.NameSkills) -> Receipt:
    """What the volunteer can do, by their own word."""
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.name_skills(body))


@api.query("/v1/volunteers/{id}/calendar", scope="volunteers:read")
def read_calendar(call: Call[Store], id: str) -> Loaded[Calendar]:
    """What a volunteer's time is reserved for; 404 while nothing ever was."""
    call.read(call.app.volunteers, id)
    return call.app.calendars.load(call.app.calendar_id(id))
