"""The volunteers service over HTTP, a module for each aggregate."""

from services.volunteers.api import hours, plans, rosters, shifts, teams, volunteers
from services.volunteers.store import Store
from shared.web.api import Api

api: Api[Store] = Api.of(teams.api, volunteers.api, hours.api, shifts.api, plans.api, rosters.api)
