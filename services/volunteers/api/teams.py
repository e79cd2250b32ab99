"""Volunteer teams over HTTP: teams, their leaders, and who is or wants to be a member."""

from datetime import datetime

from services.volunteers.api.shown import VolunteerShown, shown_page
from services.volunteers.model import commands as asked
from services.volunteers.model.team import Team
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.errors import NotFound
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


@api.command("/v1/teams/{id}/change", scope="teams:write", edits=True)
def change_team(call: Call[Store], id: str, body: asked.ChangeTeam) -> Receipt:
    """Other facts."""
    return call.change(call.app.teams, id, lambda team, now: team.change(id, body))


@api.command("/v1/teams/{id}/appoint", scope="teams:write")
def appoint(call: Call[Store], id: str, body: asked.AppointLeader) -> Receipt:
    """A member becomes a leader (队长)."""

    def decide(team: Team, now: datetime) -> list[Event]:
        return list(team.appoint(id, body.volunteer, _is_member(call, id, body.volunteer)))

    return call.change(call.app.teams, id, decide)


@api.command("/v1/teams/{id}/dismiss", scope="teams:write")
def dismiss(call: Call[Store], id: str, body: asked.DismissLeader) -> Receipt:
    """A leader is an ordinary member again."""
    return call.change(call.app.teams, id, lambda team, now: team.dismiss(id, body.volunteer))


@api.command("/v1/teams/{id}/dissolve", scope="teams:write")
def dissolve(call: Call[Store], id: str, body: asked.DissolveTeam) -> Receipt:
    """The team ends, once nobody is a member any more."""

    def decide(team: Team, now: datetime) -> list[Event]:
        return list(team.dissolve(id, call.app.volunteers.newest({"teams": id}) is not None))

    return call.change(call.app.teams, id, decide)


@api.query("/v1/teams/{id}/members", scope="volunteers:read")
def list_members(call: Call[Store], id: str, query: PageQuery) -> Page[VolunteerShown]:
    """Who is in the team, of whichever site."""
    call.read(call.app.teams, id)
    return shown_page(page_of(call.app.volunteers, {"teams": id}, query), call.clock.now())


@api.query("/v1/teams/{id}/requests", scope="volunteers:read")
def list_requests(call: Call[Store], id: str, query: PageQuery) -> Page[VolunteerShown]:
    """Who wants to be in the team."""
    call.read(call.app.teams, id)
    return shown_page(page_of(call.app.volunteers, {"requests.team": id}, query), call.clock.now())


@api.command("/v1/volunteers/{id}/join", scope="volunteers:write")
def join(call: Call[Store], id: str, body: asked.JoinTeam) -> Receipt:
    """入队, where the team is open."""
    call.app.team(body.team).require_joinable(by_request=False)
    return call.change(
        call.app.volunteers, id, lambda volunteer, now: volunteer.join(body.team, now)
    )


@api.command("/v1/volunteers/{id}/leave", scope="volunteers:write")
def leave(call: Call[Store], id: str, body: asked.LeaveTeam) -> Receipt:
    """Leave a team."""
    return call.change(
        call.app.volunteers, id, lambda volunteer, now: volunteer.leave(body.team, now)
    )


@api.command("/v1/volunteers/{id}/request-membership", scope="volunteers:write")
def request_membership(call: Call[Store], id: str, body: asked.RequestMembership) -> Receipt:
    """申请入队; a leader decides."""
    call.app.team(body.team).require_joinable(by_request=True)
    return call.change(call.app.volunteers, id, lambda volunteer, now: volunteer.request(body, now))


@api.command("/v1/volunteers/{id}/decide-membership", scope="teams:write")
def decide_membership(call: Call[Store], id: str, body: asked.DecideMembership) -> Receipt:
    """A leader admits or not: who acts for the team's site, whichever the volunteer's is."""
    team = call.app.team(body.team)
    call.client.require_site(team.site)
    if body.admit:
        team.require_joinable(by_request=True)
    return call.app.volunteers.change(
        id, call.origin, lambda volunteer, now: volunteer.decide(body, now), call.expected
    )


def _is_member(call: Call[Store], team: str, volunteer: str) -> bool:
    try:
        return team in call.app.volunteers.load(volunteer).state.teams
    except NotFound:
        return False
