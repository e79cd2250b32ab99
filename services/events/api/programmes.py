"""Programmes over HTTP."""

from collections.abc import Sequence

from services.events.model import opening, timetable
from services.events.model.commands import programme as asked
from services.events.model.programme import Programme, ProgrammeStatus
from services.events.store import Store
from shared.contracts.base import Event, Moment, SiteCode
from shared.contracts.events import ProgrammeAudience
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class ProgrammesQuery(PageQuery):
    """Filters of the list of programmes."""

    site: SiteCode | None = None
    status: ProgrammeStatus | None = None
    audience: ProgrammeAudience | None = None


@api.command("/v1/programmes", scope="programmes:write", made="id")
def open_programme(call: Call[Store], body: asked.OpenProgramme) -> Receipt:
    """培训课程: one may enrol from now on."""
    call.client.require_site(body.site)
    id = call.new_id("prg")

    def build(now: Moment) -> tuple[Programme, list[Event]]:
        call.app.require_open(body.site)
        spans = [
            (f"sessions.{number}.starts_at", (each.starts_at, each.ends_at))
            for number, each in enumerate(body.sessions)
        ]
        opening.require_within(call.app.site(body.site).hours, spans, body.outside_hours)
        return Programme.open(id, body, now)

    return call.app.programmes.make(id, call.origin, build)


@api.query("/v1/programmes/{id}", scope="programmes:read")
def read_programme(call: Call[Store], id: str) -> Loaded[Programme]:
    """One programme with its enrolments."""
    return call.read(call.app.programmes, id)


@api.query("/v1/programmes", scope="programmes:read")
def list_programmes(call: Call[Store], query: ProgrammesQuery) -> Page[Programme]:
    """Programmes of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "status", "audience"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.programmes, criteria, query)


@api.command("/v1/programmes/{id}/enrolments", scope="programmes:enrol")
def enrol(call: Call[Store], id: str, body: asked.Enrol) -> Receipt:
    """报名: a place, or a place in the waiting list."""
    enrolment = call.new_id("enr")
    return call.change(
        call.app.programmes,
        id,
        lambda it, now: it.enrol(enrolment, body.resident, now),
        part=enrolment,
    )


@api.command("/v1/programmes/{id}/enrolments/{enrolment}/cancel", scope="programmes:enrol")
def cancel_enrolment(
    call: Call[Store], id: str, enrolment: str, body: asked.CancelEnrolment
) -> Receipt:
    """The place, or the place in the list, is given back."""
    return call.change(call.app.programmes, id, lambda it, now: it.cancel_enrolment(enrolment, now))


@api.command("/v1/programmes/{id}/enrolments/{enrolment}/attend", scope="programmes:write")
def attend_programme(
    call: Call[Store], id: str, enrolment: str, body: asked.AttendProgramme
) -> Receipt:
    """签到 for one session."""
    return call.change(call.app.programmes, id, lambda it, now: it.attend(enrolment, body, now))


@api.command("/v1/programmes/{id}/move", scope="programmes:write")
def move_programme_session(call: Call[Store], id: str, body: asked.MoveProgrammeSession) -> Receipt:
    """A session has another time."""

    def decide(it: Programme, now: Moment) -> Sequence[Event]:
        spans = [("starts_at", (body.starts_at, body.ends_at))]
        opening.require_within(call.app.site(it.site).hours, spans, body.outside_hours)
        return timetable.move(it, body, now)

    return call.change(call.app.programmes, id, decide)


@api.command("/v1/programmes/{id}/cancel-session", scope="programmes:write")
def cancel_programme_session(
    call: Call[Store], id: str, body: asked.CancelProgrammeSession
) -> Receipt:
    """One session will not be held; who is enrolled stays so."""
    return call.change(
        call.app.programmes, id, lambda it, now: timetable.cancel_session(it, body, now)
    )


@api.command("/v1/programmes/{id}/hold", scope="programmes:write")
def hold_programme_session(call: Call[Store], id: str, body: asked.HoldProgrammeSession) -> Receipt:
    """A session was held: its attendances are fixed."""
    return call.change(call.app.programmes, id, lambda it, now: it.hold(body, now))


@api.command("/v1/programmes/{id}/complete", scope="programmes:write")
def complete_programme(call: Call[Store], id: str, body: asked.CompleteProgramme) -> Receipt:
    """It is over: who has attended enough has completed it."""
    return call.change(call.app.programmes, id, lambda it, now: it.complete(now))


@api.command("/v1/programmes/{id}/cancel", scope="programmes:write")
def cancel_programme(call: Call[Store], id: str, body: asked.CancelProgramme) -> Receipt:
    """It will not be held."""
    return call.change(call.app.programmes, id, lambda it, now: it.cancel(body, now))
