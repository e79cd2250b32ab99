"""Certificates of service, as people apply for and issue them."""

from typing import Any

from tests.hours import LI, act
from tests.system import (
    Document,
    System,
    assigned_order,
    form_team,
    publish_item,
    serve_order,
)
from tests.unit.persons import person

CERTIFICATES = "/v1/certificates"
ISSUE: Document = {
    "issuer": "民主社区居民委员会",
    "responsible": "赵主任",
    "handler": "李干事",
    "contact": "社区办公室",
}


def known_volunteer(system: System, number: int, team: str, **facts: Any) -> str:
    """A verified volunteer in the team, with personal data: the id."""
    body = {"site": "XP11", "personal": person(number, **facts)}
    id = system.post("volunteers", "/v1/volunteers", body, key=f"certified-{number}").id
    system.post("volunteers", f"/v1/volunteers/{id}/verify")
    system.post("volunteers", f"/v1/volunteers/{id}/join", {"team": team})
    return id


def apply_for(system: System, number: int, minutes: int = 90, **facts: Any) -> tuple[str, str]:
    """Somebody has served and applies: ids of the volunteer and of the certificate."""
    team = form_team(system)
    volunteer = known_volunteer(system, number, team, **facts)
    serve_order(system, assigned_order(system, publish_item(system), team, volunteer), minutes)
    system.settle()
    today = system.at(hours=8)[:10]
    body = {"volunteer": volunteer, "site": "XP11", "since": "2026-01-01", "until": today}
    return volunteer, system.post("volunteers", CERTIFICATES, body).id


def issue(system: System, id: str) -> str:
    """Its number."""
    act(system, f"{CERTIFICATES}/{id}/issue", LI, ISSUE).ok()
    return str(system.read("volunteers", f"{CERTIFICATES}/{id}")["number"])
