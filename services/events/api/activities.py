"""Activities over HTTP: parse, check the site, call, answer. It decides nothing."""

from collections.abc import Sequence
from datetime import datetime

from services.events.model import commands as asked
from services.events.model import holding, opening
from services.events.model.activity import Activity, ActivityStatus, sessions_of
from services.events.model.session import Session
from services.events.model.summary import Counts, counts
from services.events.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Department, Theme
from shared.errors import NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class ActivitiesQuery(PageQuery):
    """Filters of the list of activities."""

    site: SiteCode | None = None
    status: ActivityStatus | None = None
    theme: Theme | None = None


@api.command("/v1/activities", scope="activities:write", made="id")
def announce(call: Call[Store], body: asked.AnnounceActivity) -> Receipt:
    """An activity may be registered for."""
    call.client.require_site(body.site)
    id = call.new_id("act")

    def build(now: datetime) -> tuple[Activity, list[Event]]:
        call.app.require_open(body.site)
        if body.series:
            call.app.require_series(body.series)
        call.app.require_rooms(body.site, rooms_of(body))
        _require_hours(call, body.site, body)
        if body.plan:
            call.app.plan(body.plan).require_entry(body.entry, body.site)
        return Activity.announce(id, body, now)

    return call.app.activities.make(id, call.origin, build)


@api.query("/v1/activities/{id}", scope="activities:read")
def read_activity(call: Call[Store], id: str) -> Loaded[Activity]:
    """One activity with its registrations."""
    return call.read(call.app.activities, id)


@api.query("/v1/activities", scope="activities:read")
def list_activities(call: Call[Store], query: ActivitiesQuery) -> Page[Activity]:
    """Activities of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "status", "theme"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.activities, criteria, query)


@api.command("/v1/activities/{id}", scope="activities:write", method="PUT", edits=True)
def change(call: Call[Store], id: str, body: asked.ChangeActivity) -> Receipt:
    """New terms for old; who is registered stays so."""
    site = call.read(call.app.activities, id).state.site
    call.app.require_rooms(site, rooms_of(body))

    def decide(activity: Activity, now: datetime) -> Sequence[Event]:
        _require_hours(call, activity.site, body, activity.sessions)
        return holding.change(activity, body, now)

    return call.change(call.app.activities, id, decide)


@api.query("/v1/activities/{id}/counts", scope="activities:read")
def read_counts(call: Call[Store], id: str) -> Counts:
    """场次, 人次 and 人数, as things stand now."""
    return counts(call.read(call.app.activities, id).state)


@api.command("/v1/activities/{id}/sessions/{session}/cancel", scope="activities:write")
def cancel_session(call: Call[Store], id: str, session: str, body: asked.CancelSession) -> Receipt:
    """One session will not be held."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: holding.cancel_session(activity, session, body.reason, now),
    )


@api.command("/v1/activities/{id}/hold", scope="activities:write")
def hold(call: Call[Store], id: str, body: asked.HoldActivity) -> Receipt:
    """A session was held: its attendances are fixed."""
    return call.change(
        call.app.activities, id, lambda activity, now: holding.hold(activity, body.session, now)
    )


@api.command("/v1/activities/{id}/cancel", scope="activities:write")
def cancel(call: Call[Store], id: str, body: asked.CancelActivity) -> Receipt:
    """It will not be held."""
    return call.change(
        call.app.activities, id, lambda activity, now: holding.cancel(activity, body, now)
    )


@api.command("/v1/activities/{id}/departments/{department}/accept", scope="")
def accept_part(call: Call[Store], id: str, department: str, body: asked.AcceptPart) -> Receipt:
    """A department co-organises it (联). Scope: `co-organise:` and its code."""
    return _answer(call, id, department, True, None)


@api.command("/v1/activities/{id}/departments/{department}/decline", scope="")
def decline_part(call: Call[Store], id: str, department: str, body: asked.DeclinePart) -> Receipt:
    """A department that was asked does not. Scope: `co-organise:` and its code."""
    return _answer(call, id, department, False, body.reason)


def _answer(call: Call[Store], id: str, department: str, yes: bool, reason: str | None) -> Receipt:
    """A department acts in its own name, at any site."""
    call.client.require_scope(f"co-organise:{department}")
    if department not in set(Department):
        raise NotFound(Text(f"There is no {department}.", f"没有部门 {department}。"))
    return call.app.activities.change(
        id,
        call.origin,
        lambda activity, now: holding.answer(activity, Department(department), yes, reason, now),
        call.expected,
    )


def _require_hours(
    call: Call[Store], site: str, terms: asked.ActivityTerms, before: Sequence[Session] = ()
) -> None:
    """Raises Unprocessable for a session outside of the opening hours, unless it says why. One
    that keeps its time is not asked again."""
    sessions = terms.sessions or sessions_of(terms)
    spans = opening.spans_of(sessions, bool(terms.sessions), before)
    opening.require_within(call.app.site(site).hours, spans, terms.outside_hours)


def rooms_of(terms: asked.ActivityTerms) -> list[str]:
    """Rooms that it names."""
    return [room for room in (terms.room, *(each.room for each in terms.sessions)) if room]
