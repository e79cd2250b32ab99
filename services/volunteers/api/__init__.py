"""The volunteers service over HTTP, a module for each aggregate."""

from services.volunteers.api import hours, teams, volunteers
from services.volunteers.store import Store
from shared.web.api import Api

api: Api[Store] = Api.of(teams.api, volunteers.api, hours.api)
