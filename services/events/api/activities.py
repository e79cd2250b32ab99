"""Activities over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime

from services.events.model import commands as asked
from services.events.model.activity import Activity, ActivityStatus
from services.events.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Theme
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


@api.command("/v1/activities/{id}/registrations", scope="activities:register")
def register(call: Call[Store], id: str, body: asked.Register) -> Receipt:
    """报名: a seat, or a place in the waiting list."""
    registration = call.new_id("reg")
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: activity.register(registration, body.resident, now),
        part=registration,
    )


@api.command("/v1/activities/{id}/registrations/{registration}/cancel", scope="activities:register")
def cancel_registration(
    call: Call[Store], id: str, registration: str, body: asked.CancelRegistration
) -> Receipt:
    """The seat, or the place in the list, is given back."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: activity.cancel_registration(registration, now),
    )


@api.command("/v1/activities/{id}/registrations/{registration}/attend", scope="activities:write")
def attend(call: Call[Store], id: str, registration: str, body: asked.Attend) -> Receipt:
    """签到."""
    return call.change(
        call.app.activities, id, lambda activity, now: activity.attend(registration, now)
    )


@api.command("/v1/activities/{id}/hold", scope="activities:write")
def hold(call: Call[Store], id: str, body: asked.HoldActivity) -> Receipt:
    """It was held: its attendances are fixed."""
    return call.change(call.app.activities, id, lambda activity, now: activity.hold(now))


@api.command("/v1/activities/{id}/cancel", scope="activities:write")
def cancel(call: Call[Store], id: str, body: asked.CancelActivity) -> Receipt:
    """It will not be held."""
    return call.change(call.app.activities, id, lambda activity, now: activity.cancel(body, now))
