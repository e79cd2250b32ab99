"""A site closes (站点关闭): what is still to come there, and how it is called off.

The closing is one write. What it calls off are other aggregates, each changed by a reaction and
keyed by the event. An activity may be announced while the site closes: each announcement looks
once more, so that nothing stays behind, whichever is first.
"""

from contextlib import suppress
from datetime import datetime
from functools import partial

from services.events.model import holding, timetable
from services.events.model.activity import ActivityStatus
from services.events.model.programme import ProgrammeStatus
from services.events.model.room_calendar import RoomCalendar
from services.events.model.site import SiteStatus, StillToCome
from services.events.store import Store, room_id
from shared.clock import date_of
from shared.contracts.events import ActivityAnnounced, ProgrammeOpened, SiteClosed
from shared.errors import NotFound
from shared.messaging.reactions import Heard

MOST = 5000  # activities of a site that are announced at one time; programmes, plans
REASON = "站点已关闭 The site has closed."


def still_to_come(store: Store, site: str, now: datetime) -> StillToCome:
    """What would be called off, as things stand."""
    running = {"site": site, "status": ActivityStatus.ANNOUNCED, "ends_at": {"$gt": now}}
    courses = {"site": site, "status": ProgrammeStatus.OPEN, "sessions.ends_at": {"$gt": now}}
    bookings: list[str] = []
    for room in store.site(site).rooms:
        with suppress(NotFound):
            bookings += store.rooms.load(room_id(site, room)).state.others_to_come(now)
    activities = store.activities.find(running, limit=MOST)
    programmes = store.programmes.find(courses, limit=MOST)
    return StillToCome(
        activities=[each.id for each in activities if holding.to_be_held(each.state, now)],
        programmes=[each.id for each in programmes if timetable.to_be_held(each.state, now)],
        bookings=bookings,
    )


def call_off_all(store: Store, event: SiteClosed, heard: Heard) -> None:
    """Each activity, programme and booking that is to come; the plans' entries are dropped."""
    origin = heard.origin("reactions.call-off-all")
    site = store.site(event.site)
    reason = site.reason or REASON
    announced = {"site": event.site, "status": ActivityStatus.ANNOUNCED}
    for id in [each.id for each in store.activities.find(announced, limit=MOST)]:
        store.activities.change(id, origin, lambda it, now: holding.call_off(it, reason, now))
    opened = {"site": event.site, "status": ProgrammeStatus.OPEN}
    for id in [each.id for each in store.programmes.find(opened, limit=MOST)]:
        store.programmes.change(id, origin, lambda it, now: timetable.call_off(it, reason, now))
    for room in site.rooms:
        calendar = partial(RoomCalendar, event.site, room)
        id = room_id(event.site, room)
        store.rooms.change(id, origin, lambda it, now: it.close(now), initial=calendar)
    for plan in list(store.plans.find({"site": event.site}, limit=MOST)):
        store.plans.change(plan.id, origin, lambda it, now: it.drop_rest(date_of(now)))


def call_off_late(store: Store, event: ActivityAnnounced | ProgrammeOpened, heard: Heard) -> None:
    """It was announced while its site closed, and the closing has not seen it."""
    site = store.site(event.site)
    if site.status is not SiteStatus.CLOSED:
        return
    origin, reason = heard.origin("reactions.call-off-late"), site.reason or REASON
    if isinstance(event, ActivityAnnounced):
        store.activities.change(
            event.activity, origin, lambda it, now: holding.call_off(it, reason, now)
        )
    else:
        store.programmes.change(
            event.programme, origin, lambda it, now: timetable.call_off(it, reason, now)
        )
