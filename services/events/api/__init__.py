"""The events service over HTTP, a module for each aggregate."""

from services.events.api import activities, series, sites
from services.events.store import Store
from shared.web.api import Api

api: Api[Store] = Api.of(sites.api, series.api, activities.api)
