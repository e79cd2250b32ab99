"""An activity (活动): its facts, its sessions (场次) and its seats.

Its registrations are in its own document, so that no seat is given twice. What is decided about
them is in `registering`, `check_in` and `sheets`; about the activity itself, in `holding`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model import posts
from services.events.model.commands import AnnounceActivity, Post, Question, SessionFacts
from services.events.model.registration import (
    LIVE,
    SEATED,
    Registration,
    RegistrationStatus,
    Rejected,
    Sheet,
)
from services.events.model.registrations import Registrations
from services.events.model.seats import SeatsFree, SeatsTaken
from services.events.model.session import RoomUse, Session, SessionStatus, booking_id
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.vocabulary import ActivityKind, Audience, Department, Mode, Theme
from shared.errors import Conflict, NotFound, Text, invalid

E = TypeVar("E", bound=told.ActivityEvent)

LONGEST_AHEAD = timedelta(days=2 * 366)
ONLY_SESSION = "1"  # code of the session of an activity that names none


class ActivityStatus(StrEnum):
    ANNOUNCED = "announced"
    HELD = "held"
    CANCELLED = "cancelled"


MOVES: dict[ActivityStatus, tuple[str, ...]] = {
    ActivityStatus.ANNOUNCED: (
        "register",
        "approve",
        "refuse",
        "accept-offer",
        "cancel-registration",
        "attend",
        "leave",
        "walk-in",
        "upload-scans",
        "enter-sheet",
        "check-sheet",
        "answer",
        "change",
        "cancel-session",
        "hold",
        "cancel",
    ),
    # What was written on paper, or kept by a device, comes later.
    ActivityStatus.HELD: ("upload-scans", "enter-sheet", "check-sheet"),
    ActivityStatus.CANCELLED: (),
}


class Answer(StrEnum):
    """Of a department that is asked to co-organise (联)."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass
class CoOrganiser:
    answer: Answer = Answer.ASKED
    at: datetime | None = None
    reason: str | None = None


@dataclass
class Activity:
    """One gathering with its seats. Times are UTC; capacities in people."""

    id: str
    status: ActivityStatus
    site: str
    title: str
    theme: Theme
    modes: list[Mode]
    starts_at: datetime
    ends_at: datetime
    capacity: int
    series: str | None
    registrations: Registrations = field(default_factory=Registrations)
    waiting: list[str] = field(default_factory=list)  # first in, first served
    taken: SeatsTaken = field(default_factory=SeatsTaken)
    people: dict[str, str] = field(default_factory=dict)  # in lower case: their live registration
    offers: dict[str, datetime] = field(default_factory=dict)  # registration: until when
    attendances: int | None = None  # 人次, once it was held
    reason: str | None = None  # of a cancellation
    kind: ActivityKind = ActivityKind.OTHER
    project: str | None = None
    organiser: Department | None = None
    plan: str | None = None
    entry: str | None = None
    sessions: list[Session] = field(default_factory=list)  # by time
    audience: list[Audience] = field(default_factory=list)
    departments: dict[Department, CoOrganiser] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    approval: bool = False
    party_max: int = 1
    offer_minutes: int | None = None
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    notice_hours: int = 0
    public: bool = True
    outside_hours: str | None = None  # why it is held then
    revision: int = 0
    sheets: dict[str, Sheet] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)  # scans, the last ones

    def __post_init__(self) -> None:
        self.people = {person.casefold(): id for person, id in self.people.items()}
        if not self.sessions:  # stored before there were sessions
            status = SessionStatus(
                self.status if self.status != ActivityStatus.ANNOUNCED else SessionStatus.PLANNED
            )
            only = Session(ONLY_SESSION, self.starts_at, self.ends_at, status=status)
            only.attendances = self.attendances
            self.sessions = [only]

    @classmethod
    def announce(
        cls, id: str, command: AnnounceActivity, now: datetime
    ) -> tuple["Activity", list[Event]]:
        """It may be registered for; rooms are asked for."""
        require_ahead(command.starts_at, command.ends_at, now)
        facts = dict(command)
        facts["sessions"] = [
            Session(
                each.code, each.starts_at, each.ends_at, each.capacity, room=asked_room(id, each, 0)
            )
            for each in sessions_of(command)
        ]
        facts["departments"] = {each: CoOrganiser() for each in command.departments}
        del facts["room"]
        posts.check(command.posts, facts["sessions"])
        activity = cls(id=id, status=ActivityStatus.ANNOUNCED, **facts)
        return activity, [activity.tell_facts(told.ActivityAnnounced)]

    # ---- seats ----

    def seats_free(self) -> SeatsFree:
        """People who still fit: in all, and into each session that is to come."""
        planned = (each for each in self.sessions if each.status is SessionStatus.PLANNED)
        return SeatsFree(
            self.capacity - self.taken.shared,
            {
                each.code: (self.capacity if each.capacity is None else each.capacity)
                - self.taken.of(each.code)
                for each in planned
            },
        )

    def enter(self, id: str, held: Registration) -> None:
        """It exists from now on."""
        self.registrations[id] = held
        self.people |= dict.fromkeys(map(str.casefold, (held.resident, *held.companions)), id)
        self.taken.add(held, held.people if held.status in SEATED else 0)

    def move(self, id: str, status: RegistrationStatus) -> None:
        """Into another state: with it go the seats, the place in the list, and the offer."""
        held = self.registrations[id]
        seats = (status in SEATED) - (held.status in SEATED)
        self.taken.add(held, seats * held.people)
        if id in self.waiting:
            self.waiting.remove(id)
        self.offers.pop(id, None)
        held.status, held.offered_until = status, None
        if status not in LIVE:
            for person in (held.resident, *held.companions):
                self.people.pop(person.casefold(), None)

    def registration_of(self, person: str) -> str | None:
        """In which live registration somebody is, however the letters of their number are
        written."""
        return self.people.get(person.casefold())

    def wish_for(self, id: str, sessions: list[str]) -> None:
        """It is for these sessions only."""
        held = self.registrations[id]
        seats = held.people if held.status in SEATED else 0
        self.taken.add(held, -seats)
        held.sessions = sessions
        self.taken.add(held, seats)

    def promote(self, now: datetime, newcomer: str = "") -> list[Event]:
        """Free seats go to the first in the list, to all of a party or to none of it.

        Strictly in order: whoever does not fit holds up those behind who want the same seats, so
        that single people never overtake a family. `newcomer` has only now come to the list.
        """
        events: list[Event] = []
        free = self.seats_free() if self.waiting else None
        for id in list(self.waiting):
            held = self.registrations[id]
            if free is None or held.people > free.shared:
                break
            if free.fits(held):
                free.take(held)
                events.append(self._give_seats(id, now, newcomer == id))
            else:
                free.close(held)
        return events

    def _give_seats(self, id: str, now: datetime, at_once: bool) -> Event:
        until = None if at_once else self._offer_ends(now)
        if until is None:
            self.move(id, RegistrationStatus.CONFIRMED)
            event = told.RegistrationConfirmed if at_once else told.RegistrationPromoted
            return self.tell_of(event, id)
        self.move(id, RegistrationStatus.OFFERED)
        self.registrations[id].offered_until = self.offers[id] = until
        return self.tell_of(told.RegistrationOffered, id, until=until)

    def _offer_ends(self, now: datetime) -> datetime | None:
        """None where a seat is theirs at once: without offers, or too near the beginning."""
        if self.offer_minutes is None:
            return None
        until = now + timedelta(minutes=self.offer_minutes)
        return until if until < self.starts_at else None

    def due_at(self) -> datetime | None:
        """When the first offer runs out."""
        return min(self.offers.values(), default=None)

    # ---- for the other modules of this aggregate ----

    def registration(self, id: str) -> Registration:
        """Raises NotFound."""
        held = self.registrations.get(id)
        if held is None:
            raise NotFound(
                Text(f"This activity has no registration {id}.", f"该活动没有报名 {id}。")
            )
        return held

    def session(self, code: str | None, field_name: str = "session") -> Session:
        """The one named, or the only one that is planned. Raises Unprocessable."""
        planned = [each for each in self.sessions if each.status is SessionStatus.PLANNED]
        found = [each for each in self.sessions if each.code == code] if code else planned
        if len(found) != 1:
            codes = ", ".join(each.code for each in self.sessions)
            raise invalid(field_name, f"should be one of {codes}", f"应为以下之一:{codes}")
        return found[0]

    def require(self, move: str) -> None:
        """Raises Conflict where the state does not allow it."""
        if move not in MOVES[self.status]:
            raise self.refused(
                f"An activity that is {self.status} can't be moved by {move}.",
                f"活动状态为 {self.status},不能执行 {move}。",
            )

    def refused(self, en: str, zh: str, reason: str = "") -> Conflict:
        """`reason` is a stable code where a device has to tell one refusal from another."""
        extra: dict[str, object] = {"state": self.status, "allowed": list(MOVES[self.status])}
        return Conflict(Text(en, zh), extra=extra | ({"reason": reason} if reason else {}))

    def tell_of(self, event: type[E], registration: str, **facts: Any) -> E:
        held = self.registrations[registration]
        usual = {"resident": held.resident, "people": held.people, "sessions": held.sessions}
        return self.tell(event, registration=registration, **(usual | facts))

    def tell_facts(self, event: type[E], **facts: Any) -> E:
        return self.tell(
            event,
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            capacity=self.capacity,
            sessions=[each.told for each in self.sessions],
            audience=self.audience,
            public=self.public,
            revision=self.revision,
            departments=list(self.departments),
            posts={each.code: each.hands for each in self.posts},
            helpers=posts.wanted(self.posts, self.sessions),
            plan=self.plan,
            entry=self.entry,
            **facts,
        )

    def tell(self, event: type[E], **facts: Any) -> E:
        return event(
            activity=self.id,
            site=self.site,
            theme=self.theme,
            modes=self.modes,
            series=self.series,
            kind=self.kind,
            project=self.project,
            organiser=self.organiser,
            **facts,
        )


def sessions_of(command: AnnounceActivity | Any) -> list[SessionFacts]:
    """Those named, by time; or the only one."""
    if command.sessions:
        return sorted(command.sessions, key=lambda each: (each.starts_at, each.code))
    return [
        SessionFacts(
            code=ONLY_SESSION,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            room=command.room,
        )
    ]


def asked_room(activity: str, facts: SessionFacts, revision: int) -> RoomUse | None:
    """What the room's calendar is asked for a session."""
    if facts.room is None:
        return None
    return RoomUse(facts.room, booking_id(activity, facts.code, revision))


def require_ahead(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises Unprocessable naming the field."""
    if starts_at <= now:
        raise invalid("starts_at", "should be in the future", "应为将来的时间")
    if ends_at > now + LONGEST_AHEAD:
        raise invalid(
            "ends_at",
            f"should be within the next {LONGEST_AHEAD.days} days",
            f"应在今后 {LONGEST_AHEAD.days} 天之内",
        )
