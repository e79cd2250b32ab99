"""What orders keeps of volunteers, from the volunteers service's events, to know who could serve.

Only what matching needs: codes, numbers and times. Whether somebody really has time is decided by
volunteers when the time is reserved (PROTOCOL 4); this copy may be a moment behind.
"""

from datetime import datetime, timedelta
from typing import Any

from shared.contracts import volunteers as heard
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document

PAST_KEPT = timedelta(days=2)


class VolunteerCards(Projection):
    """One document for each volunteer."""

    name = "volunteer_cards"
    hears = (
        heard.VolunteerRegistered,
        heard.VolunteerVerified,
        heard.VolunteerSuspended,
        heard.VolunteerReinstated,
        heard.VolunteerLeft,
        heard.VolunteerReturned,
        heard.VolunteerRestricted,
        heard.VolunteerErased,
        heard.SkillsNamed,
        heard.AgeBandTold,
        heard.VolunteerInsured,
        heard.RiskAcknowledged,
        heard.TrainingRecorded,
        heard.QualificationGranted,
        heard.QualificationExpired,
        heard.QualificationRevoked,
        heard.MembershipJoined,
        heard.MembershipLeft,
        heard.BookingReserved,
        heard.BookingReleased,
        heard.ShiftBookingReserved,
        heard.ShiftBookingReleased,
    )
    indexes = ((("site", 1), ("able", 1)),)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [event.volunteer]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        match event:
            case heard.VolunteerRegistered():
                document["site"] = event.site
            case heard.VolunteerVerified():
                document["verified"] = True
            case heard.VolunteerSuspended():
                document["suspended"] = True
            case heard.VolunteerReinstated():
                document["suspended"] = False
            case heard.VolunteerLeft() | heard.VolunteerRestricted() | heard.VolunteerErased():
                document["left"] = True
                if isinstance(event, heard.VolunteerErased):
                    for each in ("adult", "adult_since", "insured_until", "notices", "trainings"):
                        document.pop(each, None)
            case heard.VolunteerReturned():
                document["left"] = False
            case heard.SkillsNamed():
                document["skills"] = sorted(event.skills)
            case heard.AgeBandTold():
                # Of age already when it was first told: since ever.
                since = envelope.time if document.get("adult") is False else None
                document |= {"adult": event.adult, "adult_since": since if event.adult else None}
            case heard.VolunteerInsured():
                document["insured_until"] = max(
                    event.until, document.get("insured_until") or event.until
                )
            case heard.RiskAcknowledged():
                document["notices"] = sorted({*document.get("notices", []), event.notice})
            case heard.TrainingRecorded():
                document["trainings"] = sorted({*document.get("trainings", []), event.training})
            case heard.QualificationGranted():
                granted = {"until": event.until, "includes": sorted(event.includes)}
                document.setdefault("qualifications", {})[event.qualification] = granted
            case heard.QualificationExpired() | heard.QualificationRevoked():
                document.get("qualifications", {}).pop(event.qualification, None)
            case heard.MembershipJoined():
                document["teams"] = sorted({*document.get("teams", []), event.team})
            case heard.MembershipLeft():
                document["teams"] = sorted({*document.get("teams", [])} - {event.team})
            case heard.BookingReserved():
                _book(document, event.acceptance, event, envelope.time)
            case heard.BookingReleased():
                document.get("busy", {}).pop(event.acceptance, None)
            case heard.ShiftBookingReserved():
                _book(document, event.sign_up, event, envelope.time)
            case heard.ShiftBookingReleased():
                document.get("busy", {}).pop(event.sign_up, None)
        document["able"] = bool(
            document.get("verified")
            and not document.get("suspended")
            and not document.get("left")
            and document.get("teams")
        )


def _book(document: Document, id: str, event: Any, now: datetime) -> None:
    """Keep what lies ahead; what is over is forgotten."""
    busy = {
        key: each
        for key, each in document.get("busy", {}).items()
        if each["ends_at"] > now - PAST_KEPT
    }
    busy[id] = {"starts_at": event.starts_at, "ends_at": event.ends_at}
    document["busy"] = busy
