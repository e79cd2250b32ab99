"""Things of rosters in a running system: shifts, sign-ups, templates, plans."""

import secrets
from datetime import timedelta
from typing import Any

from tests.system import Answer, Document, System, add_volunteer


def shift_body(system: System, **facts: Any) -> Document:
    """Standing duty in two hours, an hour long, for one volunteer who signs up at once."""
    return {
        "site": "XP11",
        "post": "窗口值班",
        "theme": "civility",
        "modes": ["help"],
        "starts_at": system.at(hours=2),
        "ends_at": system.at(hours=3),
    } | facts


def plan_shift(system: System, **facts: Any) -> str:
    """A shift: its id."""
    return system.post("volunteers", "/v1/shifts", shift_body(system, **facts)).id


def sign_up(system: System, shift: str, volunteer: str, team: str, **options: Any) -> Answer:
    """报名. It may be refused."""
    body = {"volunteer": volunteer, "team": team}
    return system.call("volunteers", "POST", f"/v1/shifts/{shift}/sign-ups", body, **options)


def sign_ups(system: System, shift: str) -> dict[str, Document]:
    found: dict[str, Document] = system.read("volunteers", f"/v1/shifts/{shift}")["sign_ups"]
    return found


def in_shift(system: System, shift: str, volunteer: str, team: str) -> str:
    """The volunteer signs up, and the time is reserved: id of the sign-up."""
    id = str(sign_up(system, shift, volunteer, team).ok().json["part"])
    system.wait_until(lambda: sign_ups(system, shift)[id]["status"] == "confirmed")
    return id


def make_template(system: System, **facts: Any) -> str:
    """Two shifts each day, each for one: its id."""
    slots = [
        {"weekday": day, "at": at, "minutes": 120}
        for day in range(1, 8)
        for at in ("09:00", "14:00")
    ]
    usual = {
        "site": "XP11",
        "title": "窗口",
        "post": "窗口值班",
        "theme": "civility",
        "modes": ["help"],
        "slots": slots,
    }
    return system.post("volunteers", "/v1/shift-templates", usual | facts).id


def make_plan(system: System, template: str, days: int = 3) -> str:
    """Its shifts from tomorrow on, all there: the plan's id."""
    today = (system.now() + timedelta(hours=8)).date()
    last = today + timedelta(days=days)
    body = {
        "template": template,
        "from_day": (today + timedelta(days=1)).isoformat(),
        "until_day": last.isoformat(),
    }
    id = system.post("volunteers", "/v1/plans", body).id
    wanted = len(system.read("volunteers", f"/v1/plans/{id}")["shifts"])
    system.wait_until(lambda: len(shifts_of(system, id)) == wanted)
    return id


def shifts_of(system: System, plan: str) -> dict[str, Document]:
    """The shifts of a plan, by id."""
    return {each["id"]: each for each in system.pages("volunteers", f"/v1/shifts?plan={plan}")}


def calm(system: System) -> None:
    """Everybody has heard everything, also what had to be tried again."""

    def deferred() -> list[Document]:
        rows = (system.database(each)["dead_letters"] for each in ("orders", "volunteers"))
        return [row for each in rows for row in each.find({"due": {"$ne": None}})]

    system.settle(60)
    while deferred():
        system.wait_until(lambda: not deferred(), 60, deferred)
        system.settle(60)


def open_feed(system: System, volunteer: str) -> str:
    """An address for a volunteer's calendar: the feed's id."""
    body = {"secret": secrets.token_urlsafe(32), "volunteer": volunteer}
    return system.post("volunteers", "/v1/calendar-feeds", body).id


def propose_swap(system: System, team: str) -> str:
    """One volunteer asks another to change places: the swap's id."""
    shifts = [plan_shift(system, starts_at=system.at(hours=9), ends_at=system.at(hours=10))]
    shifts.append(plan_shift(system, starts_at=system.at(hours=11), ends_at=system.at(hours=12)))
    ids = [in_shift(system, shift, add_volunteer(system, team), team) for shift in shifts]
    body = dict(zip(("shift", "for_shift"), shifts, strict=True))
    body |= dict(zip(("sign_up", "for_sign_up"), ids, strict=True))
    return system.post("volunteers", "/v1/swaps", body).id
