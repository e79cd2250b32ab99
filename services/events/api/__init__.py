"""The events service over HTTP, a module for each aggregate."""

from services.events.api import (
    activities,
    archives,
    ballots,
    campaigns,
    check_ins,
    drives,
    honours,
    nominations,
    plans,
    programmes,
    public,
    registrations,
    rooms,
    series,
    sites,
)
from services.events.store import OF_ACTIVITIES, Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {
    OF_ACTIVITIES: Purpose(upload="activities:write", read="activities:read"),
    "nomination": Purpose(upload="campaigns:nominate", read="campaigns:read"),  # evidence, consent
    "drive": Purpose(upload="drives:report", read="drives:read"),  # before and after
}

api: Api[Store] = Api.of(
    *(sites.api, rooms.api, series.api),
    *(activities.api, registrations.api, check_ins.api),
    archives.api,
    *(campaigns.api, nominations.api, ballots.api, honours.api),
    *(drives.api, programmes.api),
    plans.api,
    public.api,
    file_operations(FILES),
)
