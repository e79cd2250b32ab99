"""A certificate of service (志愿服务记录证明): what an organisation vouches for, under a number.

Sources: 志愿服务记录与证明出具办法 (谁记录谁证明: who recorded certifies); 民发〔2015〕149号 (its
content; 申请, 受理, 开具, then on notice in the organisation, generally for seven days or more). No
name and no ID number is kept here: they are the person's own, and come in when it is printed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.volunteers.model.commands.certificate import (
    ApplyForCertificate,
    DismissObjections,
    IssueCertificate,
    ObjectToCertificate,
    RefuseCertificate,
    RevokeCertificate,
)
from services.volunteers.model.ledger import Link
from services.volunteers.model.people import another_person
from services.volunteers.model.times import day_of
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import RevocationReason
from shared.errors import Conflict, Text, invalid

NUMBER_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
NUMBER_LENGTH = 8  # 40 bits: nobody finds one by trying


class CertificateStatus(StrEnum):
    APPLIED = "applied"  # 申请
    REFUSED = "refused"
    ON_NOTICE = "on-notice"  # 公示: it holds, and one may object
    VALID = "valid"
    REVOKED = "revoked"


MOVES: dict[CertificateStatus, tuple[str, ...]] = {
    CertificateStatus.APPLIED: ("issue", "refuse"),
    CertificateStatus.REFUSED: (),
    CertificateStatus.ON_NOTICE: ("object", "dismiss", "revoke"),
    CertificateStatus.VALID: ("revoke",),
    CertificateStatus.REVOKED: (),
}


@dataclass
class Content:
    """服务内容: what was done under one theme, in one way."""

    theme: Theme
    modes: list[Mode]
    times: int  # 次
    minutes: int


@dataclass
class Vouched:
    """What the ledger said when it was issued, and how far the chain went then."""

    contents: list[Content]
    minutes: int
    link: int
    hash: str


@dataclass
class CertificateObjection:
    """异议."""

    reason: str
    by: str  # reference of a person
    at: datetime
    dismissal: str = ""


@dataclass
class Certificate:
    """`since` and `until` are days in Asia/Shanghai, ISO, both included."""

    id: str
    status: CertificateStatus
    volunteer: str
    site: str
    team: str | None
    since: str
    until: str
    purpose: str
    applied_at: datetime
    number: str = ""  # from when it is issued
    issuer: str = ""
    responsible: str = ""
    handler: str = ""
    contact: str = ""
    remarks: str = ""
    issued_at: datetime | None = None
    issued_by: str = ""
    notice_until: datetime | None = None
    vouched: Vouched | None = None
    objections: list[CertificateObjection] = field(default_factory=list)
    refusal: str = ""
    revoked_at: datetime | None = None
    revoked_because: RevocationReason | None = None
    revocation: str = ""

    @classmethod
    def apply(
        cls, id: str, command: ApplyForCertificate, now: datetime
    ) -> tuple["Certificate", list[Event]]:
        """申请."""
        if command.until > day_of(now):
            raise invalid("until", "not after today", "不得晚于今天")
        return cls(
            id=id,
            status=CertificateStatus.APPLIED,
            volunteer=command.volunteer,
            site=command.site,
            team=command.team,
            since=command.since.isoformat(),
            until=command.until.isoformat(),
            purpose=command.purpose or "",
            applied_at=now,
        ), []

    def issue(
        self, command: IssueCertificate, vouched: Vouched, by: str, now: datetime
    ) -> Sequence[Event]:
        """开具, on what the ledger says now. Raises Conflict where it says nothing."""
        self._require("issue")
        if vouched.minutes < 1:
            raise self._conflict(
                "The ledger has no hours of this volunteer that this organisation recorded then.",
                "台账中没有该单位在此期间记录的服务时长。",
            )
        self.status = CertificateStatus.ON_NOTICE
        self.number = number_of(self.site, day_of(now), self.id)
        self.issuer, self.responsible = command.issuer, command.responsible
        self.handler, self.contact = command.handler, command.contact
        self.remarks = command.remarks or ""
        self.issued_at, self.issued_by = now, by
        self.notice_until = now + timedelta(days=command.notice_days)
        self.vouched = vouched
        return [
            told.CertificateIssued(
                site=self.site,
                certificate=self.id,
                volunteer=self.volunteer,
                number=self.number,
                team=self.team,
                since=date.fromisoformat(self.since),
                until=date.fromisoformat(self.until),
                minutes=vouched.minutes,
                notice_until=self.notice_until,
            )
        ]

    def refuse(self, command: RefuseCertificate, now: datetime) -> Sequence[Event]:
        """The applicant is told why."""
        self._require("refuse")
        self.status, self.refusal = CertificateStatus.REFUSED, command.reason
        return [
            told.CertificateRefused(site=self.site, certificate=self.id, volunteer=self.volunteer)
        ]

    def object_to(self, command: ObjectToCertificate, by: str, now: datetime) -> Sequence[Event]:
        """异议, while it is on notice."""
        self._require("object")
        if not self.notice_until or now >= self.notice_until:
            raise self._conflict("The notice is over.", "公示期已过。")
        self.objections.append(CertificateObjection(reason=command.reason, by=by, at=now))
        return [self._tell(told.CertificateDisputed)]

    def dismiss(self, command: DismissObjections, by: str, now: datetime) -> Sequence[Event]:
        """By somebody who neither issued it nor objects."""
        self._require("dismiss")
        opened = self._opened()
        if not opened:
            raise self._conflict("Nobody objects.", "没有待处理的异议。")
        if by in (self.issued_by, *(each.by for each in opened)):
            raise another_person(
                "Neither who issued it nor who objects can decide.",
                "开具人和异议人均不得作出决定。",
            )
        for each in opened:
            each.dismissal = command.reason
        return []

    def revoke(self, command: RevokeCertificate, now: datetime) -> Sequence[Event]:
        """Its number goes on answering, and says that it is revoked, and why."""
        self._require("revoke")
        self.status, self.revoked_at = CertificateStatus.REVOKED, now
        self.revoked_because, self.revocation = command.reason, command.explanation
        return [self._tell(told.CertificateRevoked, reason=command.reason)]

    def due_at(self) -> datetime | None:
        """The end of the notice, where no objection is open."""
        on_notice = self.status is CertificateStatus.ON_NOTICE
        return self.notice_until if on_notice and not self._opened() else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """The notice is over."""
        due = self.due_at()
        if due is None or due > now:
            return []
        self.status = CertificateStatus.VALID
        return [self._tell(told.CertificateConfirmed)]

    def _opened(self) -> list[CertificateObjection]:
        return [each for each in self.objections if not each.dismissal]

    def _tell(self, contract: type[Event], **facts: object) -> Event:
        return contract.model_validate(
            {
                "site": self.site,
                "certificate": self.id,
                "volunteer": self.volunteer,
                "number": self.number,
            }
            | facts
        )

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._conflict(
                f"A certificate that is {self.status} can't be moved by {move}.",
                f"证明状态为 {self.status},不能执行 {move}。",
            )

    def _conflict(self, en: str, zh: str) -> Conflict:
        extra: dict[str, object] = {"state": self.status, "allowed": list(MOVES[self.status])}
        return Conflict(Text(en, zh), extra=extra)


def vouched_for(links: Sequence[Link], head: tuple[int, str]) -> Vouched:
    """What these links of one volunteer come to, by theme and modes; what was corrected to
    nothing is left out."""
    entries: dict[str, list[Link]] = {}
    for link in links:
        entries.setdefault(link.entry, []).append(link)
    contents: dict[tuple[Theme, tuple[Mode, ...]], Content] = {}
    for each in entries.values():
        minutes = sum(link.minutes for link in each)
        if minutes < 1:
            continue
        theme, modes = each[0].theme, tuple(each[0].modes)
        content = contents.setdefault((theme, modes), Content(theme, list(modes), 0, 0))
        content.times += 1
        content.minutes += minutes
    ordered = [contents[key] for key in sorted(contents)]
    return Vouched(ordered, sum(each.minutes for each in ordered), *head)


def number_of(site: str, day: date, id: str) -> str:
    """证明编号, such as `XP11-20261124-7K3F9QAB`: site, day, and what nobody can guess (ids of
    certificates are never shown to the public)."""
    value = int.from_bytes(hashlib.sha256(id.encode()).digest(), "big")
    letters = ""
    for _ in range(NUMBER_LENGTH):
        value, letter = divmod(value, len(NUMBER_LETTERS))
        letters += NUMBER_LETTERS[letter]
    return f"{site}-{day:%Y%m%d}-{letters}"
