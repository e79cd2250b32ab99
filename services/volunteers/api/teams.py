"""Volunteer teams over HTTP."""

from datetime import datetime

from services.volunteers.model import commands as asked
from services.volunteers.model.team import Team
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


@api.command("/v1/teams", scope="teams:write", made="id")
def form_team(call: Call[Store], body: asked.FormTeam) -> Receipt:
    """A new team (志愿服务队)."""
    call.client.require_site(body.site)
    id = call.new_id("team")

    def build(now: datetime) -> tuple[Team, list[Event]]:
        call.app.sites.require_open(body.site)
        return Team.form(id, body)

    return call.app.teams.make(id, call.origin, build)


@api.query("/v1/teams/{id}", scope="teams:read")
def read_team(call: Call[Store], id: str) -> Loaded[Team]:
    """One team."""
    return call.app.teams.load(id)


@api.query("/v1/teams", scope="teams:read")
def list_teams(call: Call[Store], query: PageQuery) -> Page[Team]:
    """All teams."""
    return page_of(call.app.teams, {}, query)
