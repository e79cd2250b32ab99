"""Personal data over HTTP: recorded with consent, found by exact number, read with an audit."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.volunteers.api.shown import VolunteerShown, shown
from services.volunteers.model import commands as asked
from services.volunteers.model.commands import Purpose
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from services.volunteers.people import fields_of
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.errors import Conflict, NotFound, Text
from shared.storage.aggregates import Receipt
from shared.storage.mongo import Document
from shared.storage.vault import Reading
from shared.web.api import Api, Call, Page

api: Api[Store] = Api()

STILL_READ = (Purpose.OWN_COPY, Purpose.INSURANCE)
"""What restricted data may still be opened for (个人信息保护法, articles 45 and 47)."""

MOST_HOURS = 5000
"""Entries of the ledger in a person's own copy; `GET /v1/hours` has the rest."""


class PurposeQuery(BaseModel):
    """What the data is read for."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose


class PersonClear(BaseModel):
    """Personal data in clear."""

    name: str
    id_type: str
    id_number: str
    telephone: str
    address: str | None = None
    born_on: str | None = None
    guardian_name: str | None = None
    guardian_telephone: str | None = None


@api.command("/v1/volunteers/{id}/record-personal-data", scope="volunteers:write")
def record_person(call: Call[Store], id: str, body: asked.RecordPerson) -> Receipt:
    """Basic information, first or corrected as a whole, with consent."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("record")
        return list(volunteer.record(call.app.people.sealed(body, now, id), now))

    return call.change(call.app.volunteers, id, decide)


@api.search("/v1/volunteers/search", scope="people:find")
def find_person(call: Call[Store], body: asked.FindPerson) -> Page[VolunteerShown]:
    """By exact ID number or telephone, among the sites this client may act for."""
    criteria: Document = {"site": body.site} if body.site else {}
    call.client.limit(criteria)
    found = call.app.people.find(body.id_number, body.telephone, criteria)
    return Page([shown(each, call.clock.now()) for each in found], None)


@api.query("/v1/volunteers/{id}/personal-data", scope="people:read")
def read_person(call: Call[Store], id: str, query: PurposeQuery) -> PersonClear:
    """In clear. Who reads, what and what for is kept."""
    volunteer = call.read(call.app.volunteers, id).state
    return PersonClear.model_validate(_clear(call, volunteer, query.purpose))


@api.query("/v1/volunteers/{id}/copy", scope="people:read")
def copy_for_the_person(call: Call[Store], id: str) -> dict[str, Any]:
    """The person's own copy (个人信息保护法, article 45): all that is kept, and who has read it."""
    loaded = call.read(call.app.volunteers, id)
    masked = shown(loaded, call.clock.now()).state
    hours = call.app.hours.chains.links.find({"volunteer": id}, limit=MOST_HOURS)
    kept = vars(masked) | {"personal": None}
    if loaded.state.personal:
        kept["personal"] = _clear(call, loaded.state, Purpose.OWN_COPY)
        kept["consent"] = loaded.state.personal.consent
    return {
        "id": id,
        "made": loaded.made,
        **_plain(kept),
        "hours": [{"id": each.id, **_plain(vars(each.state))} for each in hours],
        "readings": call.app.people.readings(id),
    }


@api.query("/v1/volunteers/{id}/readings", scope="people:audit")
def list_readings(call: Call[Store], id: str) -> dict[str, Any]:
    """Who has read this person's clear data, which of it, and what for; the newest 500."""
    call.read(call.app.volunteers, id)
    return {"items": call.app.people.readings(id)}


@api.command("/v1/volunteers/{id}/erase", scope="people:erase")
def erase(call: Call[Store], id: str, body: asked.ErasePerson) -> Receipt:
    """The person wants the data erased: what the law wants kept is restricted first."""

    def decide(volunteer: Volunteer, now: datetime) -> list[Event]:
        volunteer.require("erase")
        call.app.require_nothing_booked(id, now)
        return list(volunteer.erase(call.app.last_served(id), now))

    return call.change(call.app.volunteers, id, decide)


def _clear(call: Call[Store], volunteer: Volunteer, purpose: Purpose) -> Document:
    if volunteer.personal is None:
        raise NotFound(Text("No personal data is kept.", "没有个人信息。"))
    if volunteer.status is VolunteerStatus.RESTRICTED and purpose not in STILL_READ:
        raise Conflict(
            Text(
                "The data is restricted: it may be read for the person's own copy or an insurance.",
                "信息已限制处理,仅可用于本人查阅或保险。",
            ),
            extra={"state": volunteer.status, "allowed": list(STILL_READ)},
        )
    fields = fields_of(volunteer.personal)
    reading = Reading.of(call.origin, volunteer.id, fields, purpose)
    clear = call.app.people.clear(volunteer.personal, reading)
    return {**clear, "id_type": volunteer.personal.id_type.value}


def _plain(facts: Document) -> Document:
    """Dataclasses inside as JSON objects."""
    from pydantic_core import to_jsonable_python

    plain: Document = to_jsonable_python(facts)
    return plain
