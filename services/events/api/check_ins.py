"""Checking in and out over HTTP: by list, by ticket, kept offline, on paper."""

from typing import Any

from pydantic import BaseModel

from services.events.model import check_in, sheets
from services.events.model import commands as asked
from services.events.model.check_in import ReadScan
from services.events.model.commands import Direction
from services.events.model.registration import LIVE
from services.events.store import OF_ACTIVITIES, Store
from services.events.tickets import BadTicket
from shared.errors import Conflict
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()

ACTIVITY = "/v1/activities/{id}"
REGISTRATION = ACTIVITY + "/registrations/{registration}"


class Expected(BaseModel):
    """Whom a door expects: a registration, so many people, for these sessions (empty: all)."""

    registration: str
    status: str
    people: int
    sessions: list[str]


class DoorList(BaseModel):
    """What a device takes along to check tickets offline. It names nobody."""

    key: dict[str, Any]  # JWK of the tickets' signature (Ed25519)
    expected: list[Expected]


@api.command(REGISTRATION + "/attend", scope="activities:write")
def attend(call: Call[Store], id: str, registration: str, body: asked.Attend) -> Receipt:
    """签到, from the hosts' list."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: check_in.attend(
            activity, registration, body.session, now, body.people
        ),
    )


@api.command(REGISTRATION + "/leave", scope="activities:write")
def leave(call: Call[Store], id: str, registration: str, body: asked.Leave) -> Receipt:
    """签退."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: check_in.leave(activity, registration, body.session, now),
    )


@api.command(ACTIVITY + "/scans", scope="activities:write")
def scan(call: Call[Store], id: str, body: asked.Scan) -> Receipt:
    """A ticket is read at the door. A refusal (409) has a reason code."""
    try:
        registration = call.app.tickets.read(body.token, id)
    except BadTicket as bad:
        extra: dict[str, object] = {"reason": bad.reason, "allowed": []}
        raise Conflict(check_in.WORDS[bad.reason], extra=extra) from None
    if body.direction is Direction.OUT:
        return call.change(
            call.app.activities,
            id,
            lambda activity, now: check_in.leave(activity, registration, body.session, now),
            part=registration,
        )
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: check_in.attend(
            activity, registration, body.session, now, via="scan"
        ),
        part=registration,
    )


@api.command(ACTIVITY + "/scans/uploads", scope="activities:write")
def upload(call: Call[Store], id: str, body: asked.UploadScans) -> Receipt:
    """What a device has kept while it was offline. Refused scans are listed in `rejected`."""
    scans = [_read(call.app, id, each) for each in body.scans]
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: check_in.upload(activity, body.device, scans, now),
    )


@api.query(ACTIVITY + "/door-list", scope="activities:write")
def door_list(call: Call[Store], id: str) -> DoorList:
    """For a device that will be offline."""
    activity = call.read(call.app.activities, id).state
    expected = [
        Expected(registration=key, status=r.status, people=r.people, sessions=r.sessions)
        for key, r in activity.registrations.items()
        if r.status in LIVE
    ]
    return DoorList(key=call.app.tickets.public_key(), expected=expected)


@api.command(ACTIVITY + "/walk-ins", scope="activities:write")
def walk_in(call: Call[Store], id: str, body: asked.WalkIn) -> Receipt:
    """They come without having registered."""
    registration = call.new_id("reg")
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: check_in.walk_in(activity, registration, body, now),
        part=registration if body.resident else "",
    )


@api.command(ACTIVITY + "/sheets", scope="activities:write")
def enter_sheet(call: Call[Store], id: str, body: asked.EnterSheet) -> Receipt:
    """签到表 on paper, typed in by X-Person."""
    sheet = call.new_id("sht")
    site = call.read(call.app.activities, id).state.site
    call.app.files.claim(body.file, site, OF_ACTIVITIES, "file")
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: sheets.enter(activity, sheet, body, call.person, now),
        part=sheet,
    )


@api.command(ACTIVITY + "/sheets/{sheet}/check", scope="activities:write", checks=True)
def check_sheet(call: Call[Store], id: str, sheet: str, body: asked.CheckSheet) -> Receipt:
    """By another X-Person: then its signatures count."""
    return call.change(
        call.app.activities,
        id,
        lambda activity, now: sheets.check(activity, sheet, body, call.person, now),
    )


def _read(store: Store, activity: str, kept: asked.StoredScan) -> ReadScan:
    facts = (kept.number, kept.session, kept.direction, kept.at)
    try:
        return ReadScan(*facts, store.tickets.read(kept.token, activity))
    except BadTicket as bad:
        return ReadScan(*facts, None, bad.reason)
