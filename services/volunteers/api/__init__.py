"""The volunteers service over HTTP, a module for each aggregate."""

from services.volunteers.api import (
    calendar_feeds,
    certificates,
    corrections,
    exchange,
    hours,
    people,
    plans,
    qualifications,
    rosters,
    sheets,
    shifts,
    swaps,
    teams,
    volunteers,
)
from services.volunteers.store import Store
from shared.web.api import Api
from shared.web.files import file_operations

FILES = {**sheets.FILES}

api: Api[Store] = Api.of(
    teams.api,
    volunteers.api,
    people.api,
    qualifications.api,
    exchange.api,
    hours.api,
    sheets.api,
    corrections.api,
    certificates.api,
    shifts.api,
    swaps.api,
    plans.api,
    rosters.api,
    calendar_feeds.api,
    file_operations(FILES),
)
