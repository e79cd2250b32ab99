"""Teams and volunteers."""

from tests.system.running import System


def form_team(system: System, site: str = "XP11") -> str:
    """A team: its id."""
    body = {"title": f"{next(system.names)}服务队", "site": site}
    return system.post("volunteers", "/v1/teams", body).id


def add_volunteer(system: System, team: str, site: str = "XP11") -> str:
    """A verified volunteer in the team: their id."""
    person = {"person": f"P-{system.prefix}-{next(system.names)}", "site": site}
    id = system.post("volunteers", "/v1/volunteers", person).id
    system.post("volunteers", f"/v1/volunteers/{id}/verify")
    system.post("volunteers", f"/v1/volunteers/{id}/join", {"team": team})
    return id
