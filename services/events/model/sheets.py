"""Paper sign-in sheets (签到表): entered later by one person, counted once a second has checked."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from services.events.model.activity import Activity
from services.events.model.check_in import come, counted
from services.events.model.commands import CheckSheet, EnterSheet
from services.events.model.registration import (
    Registration,
    RegistrationStatus,
    Sheet,
    SheetStatus,
)
from services.events.model.session import Session, SessionStatus
from shared.contracts.base import Event
from shared.errors import NotFound, Text, invalid

MOST_SHEETS = 200  # of one activity


def enter(
    activity: Activity, id: str, command: EnterSheet, person: str, now: datetime
) -> Sequence[Event]:
    """What the sheet says, by who typed it in. Nobody is counted yet."""
    activity.require("enter-sheet")
    _require_person(person)
    session = activity.session(command.session)
    if session.status is SessionStatus.CANCELLED or now < session.starts_at:
        raise activity.refused("This session was not held.", "该场次未举行。")
    if len(activity.sheets) >= MOST_SHEETS:
        raise activity.refused(f"At most {MOST_SHEETS} sheets.", f"最多 {MOST_SHEETS} 张签到表。")
    residents = list(dict.fromkeys(command.residents))
    activity.sheets[id] = Sheet(
        command.session, command.file, residents, command.unknown, person, now
    )
    return []


def check(
    activity: Activity, id: str, command: CheckSheet, person: str, now: datetime
) -> Sequence[Event]:
    """By another person: each signature is an attendance, except where they have checked in."""
    activity.require("check-sheet")
    _require_person(person)
    sheet = activity.sheets.get(id)
    if sheet is None:
        raise NotFound(Text(f"There is no sheet {id}.", f"没有签到表 {id}。"))
    if sheet.status is not SheetStatus.ENTERED:
        raise activity.refused(f"It is {sheet.status}.", f"该签到表状态为 {sheet.status}。")
    if person == sheet.entered_by:
        raise activity.refused(
            "A second person checks what the first has entered.", "须由另一人复核。", "same-person"
        )
    sheet.checked_by, sheet.checked_at, sheet.note = person, now, command.note
    sheet.status = SheetStatus.COUNTED if command.right else SheetStatus.REFUSED
    return _count(activity, id, sheet) if command.right else []


def _count(activity: Activity, id: str, sheet: Sheet) -> list[Event]:
    session = activity.session(sheet.session)
    events: list[Event] = []
    for resident in sheet.residents:
        key = activity.registration_of(resident) or _add(activity, id, resident, session)
        if session.code not in activity.registrations[key].visits:
            events.append(come(activity, key, session, session.starts_at, 1, "paper"))
    if sheet.unknown:
        session.unknown += sheet.unknown
        events.append(counted(activity, session, sheet.unknown))
    return events


def _add(activity: Activity, sheet: str, resident: str, session: Session) -> str:
    """Who signed without having registered."""
    digest = hashlib.sha256(f"{sheet}\0{resident}".encode()).hexdigest()
    key = f"reg_{digest[:24]}"
    status, at = RegistrationStatus.CONFIRMED, session.starts_at
    activity.enter(key, Registration(resident, status, at, sessions=[session.code]))
    return key


def _require_person(person: str) -> None:
    if not person:
        raise invalid("X-Person", "should say who enters or checks it", "须注明录入人或复核人")
