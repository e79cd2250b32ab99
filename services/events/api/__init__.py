"""The events service over HTTP, a module for each aggregate."""

from services.events.api import activities, check_ins, registrations, rooms, series, sites
from services.events.store import OF_ACTIVITIES, Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {OF_ACTIVITIES: Purpose(upload="activities:write", read="activities:read")}

api: Api[Store] = Api.of(
    sites.api,
    rooms.api,
    series.api,
    activities.api,
    registrations.api,
    check_ins.api,
    file_operations(FILES),
)
