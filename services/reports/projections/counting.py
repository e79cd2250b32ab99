"""What each event counts, and on which day: a table, with a row for each event that is counted.

Counts are integers, so that they commute. A day is one in Asia/Shanghai: of the service where the
event tells it, else of the command; so what is told late still counts when it was served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.reports.projections.cases import durations_in
from shared.clock import date_of
from shared.contracts import events, orders, reports, volunteers
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import Read
from shared.messaging.projections import Work

Counts = dict[str, int]
DayOf = Callable[[Any], date]


@dataclass(frozen=True)
class Rule:
    """What one kind of event adds to the sums of its day, site, theme, modes and groups."""

    counts: Callable[[Any], Counts]
    day: DayOf | None = None  # of the service; None: of the command
    resident: str = ""  # field that names the person reached
    volunteer: str = ""  # field that names the volunteer who served


def one(name: str) -> Callable[[Any], Counts]:
    """Each event counts one."""
    return lambda event: {name: 1}


def _starts(event: Any) -> date:
    return date_of(event.starts_at)


def _served(event: Any) -> date:
    day: date = event.service_date
    return day


def _published(event: Any) -> date:
    day: date = event.published_on
    return day


def _reached(event: Any) -> date:
    day: date = event.reached_on
    return day


def _decided(event: Any) -> date:
    day: date = event.decided_on
    return day


def _used(event: Any) -> date:
    day: date = event.used_on
    return day


def _placed(event: Any) -> Counts:
    return {"orders_placed": 1} | ({"orders_on_behalf": 1} if event.on_behalf else {})


def _rated(event: Any) -> Counts:
    automatic = {"ratings_automatic": 1} if event.automatic else {}
    return {"ratings": 1, "stars": event.stars, f"ratings_{event.stars}": 1} | automatic


def _mended(event: Any) -> Counts:
    return {
        "drive_cases_found": event.found,
        "drive_cases_mended": event.mended,
        "drive_helpers": event.helpers,
    }


def people(name: str) -> Callable[[Any], Counts]:
    """Each event counts the people it speaks of: a resident, and those who come along."""
    return lambda event: {name: event.people}


ORDERS: dict[type[Event], Rule] = {
    orders.OrderPlaced: Rule(_placed),
    orders.OrderRejected: Rule(one("orders_rejected")),
    orders.OrderAccepted: Rule(one("acceptances")),
    orders.OrderReleased: Rule(one("acceptances_released")),
    orders.OrderCancelled: Rule(one("orders_cancelled")),
    orders.OrderCompleted: Rule(one("orders_completed"), resident="resident"),
    orders.OrderRated: Rule(_rated),
    orders.OrderReopened: Rule(one("orders_reopened")),
    orders.OrderClosed: Rule(one("orders_closed")),
    orders.OrderOverdue: Rule(lambda event: {"stages_overdue": 1, f"overdue_{event.stage}": 1}),
    orders.WishMade: Rule(one("wishes_made")),
    orders.WishClaimed: Rule(one("wishes_claimed")),
    orders.WishGranted: Rule(one("wishes_granted"), resident="resident"),
    orders.WishLapsed: Rule(one("wishes_lapsed")),
    orders.QuestionAsked: Rule(one("questions_asked")),
    orders.QuestionAnswered: Rule(
        lambda event: {"questions_answered": 1, "answer_minutes": event.minutes},
        resident="resident",
    ),
    orders.QuestionOverdue: Rule(one("questions_overdue")),
    orders.SnapshotTaken: Rule(one("snapshots_taken")),
    orders.SnapshotMended: Rule(one("snapshots_mended")),
    orders.SnapshotRefused: Rule(one("snapshots_refused")),
    orders.MaterialHandedOut: Rule(lambda event: {"materials_handed_out": event.copies}),
    orders.RecipientVisited: Rule(one("visits_made"), lambda event: date_of(event.visited_at)),
    orders.PairingMade: Rule(one("pairings_made")),
    orders.SurveyAnswered: Rule(lambda event: {"survey_voices": event.voices}),
}

VOLUNTEERS: dict[type[Event], Rule] = {
    volunteers.VolunteerRegistered: Rule(one("volunteers_registered")),
    volunteers.VolunteerVerified: Rule(one("volunteers_verified")),
    volunteers.TeamFormed: Rule(one("teams_formed")),
    volunteers.ShiftPlanned: Rule(one("shifts_planned"), _starts),
    volunteers.ShiftCancelled: Rule(one("shifts_cancelled"), _starts),
    volunteers.ShiftMissed: Rule(one("shifts_missed"), _starts),
    volunteers.HoursCredited: Rule(
        lambda event: {"service_entries": 1, "service_minutes": event.minutes},
        _served,
        volunteer="volunteer",
    ),
    volunteers.HoursCorrected: Rule(
        lambda event: {"service_corrections": 1, "service_minutes": event.difference}, _served
    ),
    volunteers.StarAwarded: Rule(one("stars_awarded")),
    volunteers.CertificateIssued: Rule(one("certificates_issued")),
    volunteers.TrainingRecorded: Rule(one("trainings")),
}

EVENTS: dict[type[Event], Rule] = {
    events.ActivityAnnounced: Rule(one("activities_announced")),
    events.ActivityCancelled: Rule(one("activities_cancelled")),
    events.DepartmentAccepted: Rule(one("activities_supported")),
    events.SessionCancelled: Rule(one("sessions_cancelled"), _starts),
    events.ActivityHeld: Rule(one("sessions_held"), _starts),
    events.RegistrationConfirmed: Rule(people("registrations")),
    events.RegistrationWaitlisted: Rule(people("registrations_waitlisted")),
    events.RegistrationPromoted: Rule(people("registrations")),
    events.RegistrationCancelled: Rule(people("registrations_cancelled")),
    events.RegistrationAttended: Rule(people("attendances"), _starts, resident="resident"),
    events.AttendanceCounted: Rule(people("attendances"), _starts),
    events.CampaignOpened: Rule(one("campaigns_opened")),
    events.CampaignDecided: Rule(one("campaigns_decided")),
    events.CampaignRoundCounted: Rule(lambda event: {"votes": event.voices}),
    events.NominationSubmitted: Rule(one("nominations")),
    events.HonourAwarded: Rule(one("honours_awarded")),
    events.HonourRevoked: Rule(one("honours_revoked")),
    events.HonourRestored: Rule(one("honours_restored")),
    events.DriveOpened: Rule(one("drives_opened")),
    events.DriveReported: Rule(_mended),
    events.ProgrammeSessionHeld: Rule(one("programme_sessions"), _starts),
    events.EnrolmentAttended: Rule(one("programme_attendances"), _starts, resident="resident"),
    events.EnrolmentCompleted: Rule(one("programme_completions")),
}

REPORTS: dict[type[Event], Rule] = {
    reports.PublicityRecorded: Rule(one("coverage"), _published),
    reports.PublicityWithdrawn: Rule(lambda event: {"coverage": -1}, _published),
    reports.ModelCasePublished: Rule(one("model_cases"), _published),
    reports.ModelCaseWithdrawn: Rule(lambda event: {"model_cases": -1}, _published),
    reports.BulletinSent: Rule(
        lambda event: {"bulletin_sendings": 1} | ({"bulletins_sent": 1} if event.first else {}),
        lambda event: event.sent_on,
    ),
    reports.BulletinUsed: Rule(
        lambda event: {"bulletin_uses": 1, "bulletin_points": event.points}, _used
    ),
    reports.BulletinScored: Rule(lambda event: {"bulletin_points": event.points}, _used),
    reports.MilestoneReached: Rule(
        lambda event: (
            {"milestones_reached": 1} | ({"milestones_late": 1} if event.days_late else {})
        ),
        _reached,
    ),
    reports.MilestoneReopened: Rule(one("milestones_reopened")),
    reports.MilestoneOverdue: Rule(one("milestones_overdue"), lambda event: event.due_on),
    reports.AcceptancePassed: Rule(one("acceptances_passed"), _decided),
    reports.AcceptanceSentBack: Rule(one("acceptances_sent_back"), _decided),
    reports.BulletinUseWithdrawn: Rule(
        lambda event: {"bulletin_uses": -1, "bulletin_points": event.points}, _used
    ),
}

RULES: Mapping[type[Event], Rule] = ORDERS | VOLUNTEERS | EVENTS | REPORTS

COUNTED: tuple[type[Event], ...] = tuple(RULES)


def counted(event: Any) -> Counts:
    """What one event adds by itself."""
    rule = RULES.get(type(event))
    if rule is None:
        raise TypeError(f"{type(event).__name__} is not counted")
    return rule.counts(event)


def counted_in(work: Sequence[Work], read: Read) -> dict[str, Counts]:
    """By id of each event of a batch, all that it adds: also what its order's history says."""

    def made() -> dict[str, Counts]:
        known = durations_in(work, read)
        return {
            each.envelope.id: counted(each.event) | known.get(each.envelope.id, {}) for each in work
        }

    return read.once("counted", made)


def site_of(event: Any) -> str:
    """The site an event counts at: where something was done, not who runs it."""
    return str(vars(event).get("at_site") or event.site)


def group_of(event: Any, kind: str) -> str | None:
    """The group of a kind that an event counts in. A department's: what it handles, or hosts."""
    facts = vars(event)  # a model takes long to say that it has no such field
    value = facts.get(kind)
    if value is None and kind == "department":
        value = facts.get("organiser")
    return None if value is None else str(value)


def groups_of(event: Any, kinds: Sequence[str]) -> dict[str, str]:
    """Those of these kinds that an event counts in."""
    return {kind: group for kind in kinds if (group := group_of(event, kind)) is not None}


def day_of(event: Any, envelope: Envelope) -> date:
    """The day an event counts on: of the service where it tells it, else of the command."""
    day = RULES[type(event)].day
    return day(event) if day else date_of(envelope.time)


def period(event: Any, envelope: Envelope) -> str:
    """The month an event counts in."""
    return day_of(event, envelope).isoformat()[:7]
