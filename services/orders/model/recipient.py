"""A recipient (重点服务对象; plan, 四(三)): helped with consent, visited in time, told of by id.

What says who it is, is sealed before it comes here; this is what the rules need to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.orders.model import states
from services.orders.model.commands.recipient import (
    CHILDREN,
    SENSITIVE,
    CloseRecipient,
    GivenBy,
    PlanVisit,
    RecipientCategory,
    RecordRecipient,
    RegisterRecipient,
)
from shared.contracts.base import Event
from shared.contracts.orders import recipient as told
from shared.contracts.orders.recipient import RecipientEnd
from shared.errors import Text, invalid

E = TypeVar("E", bound=told.RecipientEvent)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ESCALATES_AFTER = (timedelta(0), timedelta(days=2), timedelta(days=7))
"""How long after the day of a missed visit the station, the institute and the office are told."""
ERASED_AFTER = timedelta(days=180)
"""So long after the end the personal data is erased, where nobody asked for it sooner."""
RECIPIENT = Text("recipient", "重点服务对象")


class RecipientStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"  # restricted: nobody is helped, the data is kept for a time
    ERASED = "erased"


S = RecipientStatus
MOVES: states.Moves[RecipientStatus] = {
    S.ACTIVE: {
        "record": (),
        "plan-visit": (),
        "visit": (),
        "close": (S.CLOSED, S.ERASED),
    },
    S.CLOSED: {"erase": (S.ERASED,)},
    S.ERASED: {},
}
BY_THEMSELVES = ((S.CLOSED, S.ERASED, "its time is over"),)


@dataclass
class Consented:
    """The consent that holds."""

    given_by: GivenBy
    given_at: datetime
    channel: str
    paper: str | None
    witness: str | None
    sensitive: bool
    recorded_by: str  # id of the client


@dataclass
class Recipient:
    """One recipient. Times are UTC; a visit is due by the end of its day in Shanghai."""

    id: str
    status: RecipientStatus
    site: str
    person: str
    minor: bool
    categories: list[RecipientCategory]
    consent: Consented | None
    sealed: dict[str, str]  # by name of field
    name_masked: str
    visit_days: int | None
    next_visit: datetime | None
    last_visit: datetime | None = None
    level: int = 0  # of the escalation that was told last
    closed_at: datetime | None = None
    reason: RecipientEnd | None = None

    @classmethod
    def register(
        cls,
        id: str,
        command: RegisterRecipient,
        sealed: dict[str, str],
        name_masked: str,
        client: str,
        now: datetime,
    ) -> tuple["Recipient", list[Event]]:
        """Raises Unprocessable where the consent does not cover what is recorded."""
        recipient = cls(
            id=id,
            status=RecipientStatus.ACTIVE,
            site=command.site,
            person=command.person,
            minor=False,
            categories=[],
            consent=None,
            sealed={},
            name_masked="",
            visit_days=command.visit_days,
            next_visit=None,
        )
        recipient._keep(command, sealed, name_masked, client, now)
        if command.next_visit:
            recipient.next_visit = _end_of(command.next_visit, now)
        elif command.visit_days:
            recipient.next_visit = _days_after(now, command.visit_days)
        return recipient, [
            recipient._tell(told.RecipientRegistered, next_visit=recipient.next_visit)
        ]

    def record(
        self,
        command: RecordRecipient,
        sealed: dict[str, str],
        name_masked: str,
        client: str,
        now: datetime,
    ) -> Sequence[Event]:
        """Correct what is kept, and the consent with it."""
        states.require(MOVES, self.status, "record", RECIPIENT)
        self._keep(command, sealed, name_masked, client, now)
        return [self._tell(told.RecipientChanged)]

    def plan_visit(self, command: PlanVisit, now: datetime) -> Sequence[Event]:
        """When to visit next, and how often from then on."""
        states.require(MOVES, self.status, "plan-visit", RECIPIENT)
        self.visit_days = command.visit_days or self.visit_days
        self.next_visit, self.level = _end_of(command.next_visit, now), 0
        return [self._tell(told.RecipientVisitPlanned, next_visit=self.next_visit)]

    def visited(self, at: datetime, next_visit: datetime | None) -> Sequence[Event]:
        """Somebody was there: the next visit is as was said, or after the usual days. A visit that
        is entered late moves nothing back."""
        if self.status is not RecipientStatus.ACTIVE or (self.last_visit and at < self.last_visit):
            return []
        self.last_visit, self.level = at, 0
        if next_visit:
            self.next_visit = next_visit
        elif self.visit_days:
            self.next_visit = _days_after(at, self.visit_days)
        elif self.next_visit and self.next_visit <= _days_after(at, 0):
            self.next_visit = None
        if self.next_visit is None:
            return []
        return [self._tell(told.RecipientVisitPlanned, next_visit=self.next_visit)]

    def close(self, command: CloseRecipient, now: datetime) -> Sequence[Event]:
        """Nobody visits any more; without consent nothing is kept either."""
        states.require(MOVES, self.status, "close", RECIPIENT)
        self.status, self.closed_at, self.reason = RecipientStatus.CLOSED, now, command.reason
        closed = self._tell(told.RecipientClosed, reason=command.reason)
        if command.reason is RecipientEnd.CONSENT_WITHDRAWN:
            return [closed, *self.erase()]
        return [closed]

    def erase(self) -> Sequence[Event]:
        """Nothing is left that says who it was, or why they were helped."""
        states.require(MOVES, self.status, "erase", RECIPIENT)
        self.status = RecipientStatus.ERASED
        self.person, self.name_masked = "erased", ""
        self.sealed, self.categories, self.consent = {}, [], None
        return [self._tell(told.RecipientErased)]

    def guardian_consents(self) -> bool:
        """Whether a guardian's separate consent to a child's being helped holds now."""
        consent = self.consent
        return (
            self.status is RecipientStatus.ACTIVE
            and consent is not None
            and consent.given_by is GivenBy.GUARDIAN
            and consent.sensitive
        )

    def due_at(self) -> datetime | None:
        """When a missed visit is told (further up), or the data is erased."""
        if self.status is RecipientStatus.CLOSED and self.closed_at:
            return self.closed_at + ERASED_AFTER
        active = self.status is RecipientStatus.ACTIVE
        if not active or self.next_visit is None or self.level >= len(ESCALATES_AFTER):
            return None
        return self.next_visit + ESCALATES_AFTER[self.level]

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Tell of a missed visit, each level once; erase what was kept long enough."""
        if self.status is RecipientStatus.CLOSED:
            due = self.due_at()
            return self.erase() if due and due <= now else []
        events: list[Event] = []
        while (due := self.due_at()) and due <= now:
            self.level += 1
            events.append(
                self._tell(told.RecipientVisitOverdue, next_visit=self.next_visit, level=self.level)
            )
        return events

    # ---- inside ----

    def _keep(
        self,
        command: RecordRecipient,
        sealed: dict[str, str],
        name_masked: str,
        client: str,
        now: datetime,
    ) -> None:
        categories = sorted(set(command.categories))
        minor = command.minor or bool(CHILDREN & set(categories))
        _require_consent(command, minor, now)
        self.categories, self.minor = categories, minor
        self.sealed, self.name_masked = sealed, name_masked
        self.consent = Consented(**command.consent.model_dump(), recorded_by=client)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(recipient=self.id, site=self.site, **facts)


def _require_consent(command: RecordRecipient, minor: bool, now: datetime) -> None:
    """个人信息保护法 第二十九条、第三十一条; 未成年人保护法."""
    consent = command.consent
    if consent.given_at > now:
        raise invalid("consent.given_at", "should not be in the future", "不应为将来的时间")
    if minor and (consent.given_by is not GivenBy.GUARDIAN or command.data.guardian is None):
        raise invalid(
            "consent.given_by",
            "a child needs a guardian's consent, and data.guardian",
            "未成年人须由监护人同意,并填写 data.guardian",
        )
    if (minor or SENSITIVE & set(command.categories)) and not consent.sensitive:
        raise invalid(
            "consent.sensitive",
            "health, disability or childhood may be recorded only with a separate consent",
            "健康、残障或未成年人信息须取得单独同意",
        )


def _end_of(day: date, now: datetime) -> datetime:
    """The end of a day that is not past. Raises Unprocessable naming the field."""
    end = _midnight_after(day)
    if end <= now:
        raise invalid("next_visit", "should not be past", "不应为过去的日期")
    return end


def _days_after(moment: datetime, days: int) -> datetime:
    return _midnight_after(moment.astimezone(SHANGHAI).date() + timedelta(days=days))


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(ZoneInfo("UTC"))
