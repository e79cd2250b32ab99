"""Sheets and corrections of hours, as people enter and check them."""

from typing import Any

from tests.system import (
    Answer,
    Document,
    System,
    add_volunteer,
    assigned_order,
    form_team,
    photograph,
    publish_item,
    serve_order,
    upload,
)

LI, WANG, ZHAO = ({"X-Person": name} for name in ("li-1", "wang-2", "zhao-3"))
HOURS = "/v1/hours"


def act(system: System, path: str, person: dict[str, str], body: Any = None) -> Answer:
    """A command by somebody. It may be refused."""
    return system.call("volunteers", "POST", path, body or {}, headers=person)


def sheet_body(system: System, team: str, *rows: Document, **facts: Any) -> Document:
    """What enters a sheet of two hours, with its scan."""
    scan = upload(system, "volunteers", "hours-sheet", photograph()).ok().id
    return {
        "site": "XP11",
        "team": team,
        "theme": "civility",
        "modes": ["help"],
        "started_at": system.at(hours=-3),
        "ended_at": system.at(hours=-1),
        "scans": [scan],
        "rows": list(rows),
    } | facts


def enter_sheet(system: System) -> str:
    """A sheet that waits for its check: its id."""
    team = form_team(system)
    body = sheet_body(system, team, {"volunteer": add_volunteer(system, team)})
    return act(system, f"{HOURS}/sheets", LI, body).ok().id


def ledger(system: System, volunteer: str) -> list[Document]:
    """The links of a volunteer's chain."""
    return list(system.pages("volunteers", f"{HOURS}?volunteer={volunteer}"))


def serve(system: System, minutes: int = 60) -> str:
    """Somebody has served, and the minutes are credited: the volunteer's id."""
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    serve_order(system, assigned_order(system, publish_item(system), team, volunteer), minutes)
    system.wait_until(lambda: ledger(system, volunteer))
    return volunteer


def propose_correction(system: System) -> str:
    """That an entry was not served at all: the id of the correction."""
    volunteer = serve(system)
    [credit] = ledger(system, volunteer)
    body = {"volunteer": volunteer, "entry": credit["entry"], "reason": "nobody was there"}
    return act(system, f"{HOURS}/corrections", LI, body).ok().id
