"""What the public may know of activities and programmes, folded from the service's own events.

One small document for each, so that a calendar of a hundred of them does not read their
registrations. Sessions that are cancelled or taken out stay in it, marked, so that a calendar can
say so.
"""

from typing import Any

from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityChanged,
    ProgrammeAudience,
    ProgrammeCancelled,
    ProgrammeEvent,
    ProgrammeOpened,
    ProgrammeSessionCancelled,
    ProgrammeSessionMoved,
    RoomReserved,
    SessionCancelled,
)
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document

KEPT_FACTS = ("site", "theme", "kind", "series", "audience", "title", "public", "revision")
PROGRAMME = "programme"
"""In place of a kind of activity (培训课程)."""


class Listing(Projection):
    """By the id of the activity or programme. Times are UTC."""

    name = "listing"
    hears = (
        ActivityAnnounced,
        ActivityChanged,
        ActivityCancelled,
        SessionCancelled,
        RoomReserved,
        ProgrammeOpened,
        ProgrammeSessionMoved,
        ProgrammeSessionCancelled,
        ProgrammeCancelled,
    )
    indexes = (
        (("site", 1), ("ends_at", 1)),
        (("series", 1), ("ends_at", 1)),
        (("ends_at", 1), ("_id", 1)),
    )

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        if isinstance(event, ProgrammeEvent):
            return [event.programme]
        return [event.activity] if event.activity else []

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        match event:
            case ActivityAnnounced() | ActivityChanged():
                _take_facts(document, event)
            case ProgrammeOpened() if event.title:  # older ones told too little to be shown
                _take_programme(document, event)
            case ProgrammeSessionMoved():
                _change_session(document, event, starts_at=event.starts_at, ends_at=event.ends_at)
            case ProgrammeSessionCancelled():
                _change_session(document, event, cancelled=True)
            case ActivityCancelled() | ProgrammeCancelled():
                document |= {"cancelled": True, "revision": event.revision}
            case SessionCancelled():
                document["revision"] = event.revision
                if event.session in document.get("sessions", {}):
                    document["sessions"][event.session]["cancelled"] = True
            case RoomReserved():
                for session in document.get("sessions", {}).values():
                    session["has_room"] |= session["booking"] == event.booking
        document["changed_at"] = envelope.time


def _take_facts(document: Document, event: ActivityAnnounced | ActivityChanged) -> None:
    facts = event.model_dump(mode="json", include=set(KEPT_FACTS))
    document |= facts | {"cancelled": False, "capacity": event.capacity}
    document |= {"starts_at": event.starts_at, "ends_at": event.ends_at}
    before = document.get("sessions", {})
    sessions = {code: each | {"cancelled": True} for code, each in before.items()}
    for told in event.sessions:
        was = before.get(told.session, {})
        booking = told.wanted.booking if told.wanted else ""
        sessions[told.session] = {
            "starts_at": told.starts_at,
            "ends_at": told.ends_at,
            "room": told.wanted.room if told.wanted else "",
            "booking": booking,
            "has_room": bool(booking) and was.get("booking") == booking and was["has_room"],
            "cancelled": told.cancelled,
        }
    document["sessions"] = sessions


def _take_programme(document: Document, event: ProgrammeOpened) -> None:
    for_all = event.audience is ProgrammeAudience.EVERYBODY
    document |= event.model_dump(mode="json", include={"site", "theme", "title", "public"})
    document |= {"kind": PROGRAMME, "series": None, "revision": 0, "cancelled": False}
    document |= {"audience": [] if for_all else [event.audience.value]}
    document |= {"starts_at": event.starts_at, "ends_at": event.ends_at}
    document |= {"capacity": event.capacity}
    nowhere = {"room": "", "booking": "", "has_room": False, "cancelled": False}
    document["sessions"] = {
        str(each.session): {"starts_at": each.starts_at, "ends_at": each.ends_at} | nowhere
        for each in event.meetings
    }


def _change_session(
    document: Document, event: ProgrammeSessionMoved | ProgrammeSessionCancelled, **facts: Any
) -> None:
    session = document.get("sessions", {}).get(str(event.session))
    if session is not None:
        session |= facts
        document["revision"] = event.revision
        document["ends_at"] = max(each["ends_at"] for each in document["sessions"].values())


PROJECTIONS = (Listing(),)
