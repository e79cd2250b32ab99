"""What a volunteer can show: qualifications, insurance, notices of risk, training, awards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.volunteers.model import commands as asked
from services.volunteers.model.person import end_of, start_of
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, Text, invalid

MOST_RECORDED = 300
"""Of each kind in one document; a person who serves each week for years has fewer."""

INSURANCE, ADULT, BRIEFED = "insurance", "adult", "risk-notice:"
"""What a post may need besides qualifications; a notice by its code: `risk-notice:ladder`."""


@dataclass
class Held:
    """One qualification that is held now."""

    evidence: str
    issuer: str
    granted_on: str
    includes: list[str]
    until: datetime | None  # the first moment at which it does not hold


@dataclass
class Revoked:
    """One that was taken back."""

    qualification: str
    reason: str
    at: datetime


@dataclass
class Training:
    """培训情况."""

    training: str
    title: str
    minutes: int
    completed_on: str
    organiser: str


@dataclass
class Award:
    """表彰奖励情况."""

    title: str
    level: str
    organisation: str
    given_on: str


@dataclass
class Insurance:
    """A policy over some days."""

    insurer: str
    policy: str
    starts_at: datetime
    ends_at: datetime


@dataclass
class Credentials:
    """All of it, of one volunteer."""

    qualifications: dict[str, Held] = field(default_factory=dict)
    revoked: list[Revoked] = field(default_factory=list)
    insurance: list[Insurance] = field(default_factory=list)
    notices: dict[str, datetime] = field(default_factory=dict)  # acknowledged, by code
    trainings: list[Training] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)

    def due_at(self) -> datetime | None:
        """When the next qualification expires."""
        return min((h.until for h in self.qualifications.values() if h.until), default=None)

    def effective(self, at: datetime) -> set[str]:
        """What is held then, with all that it includes."""
        valid = {k: h for k, h in self.qualifications.items() if h.until is None or at < h.until}
        return set(valid) | {each for held in valid.values() for each in held.includes}

    def refusal(
        self, needs: Iterable[str], starts_at: datetime, ends_at: datetime, of_age: bool
    ) -> RefusalReason | None:
        """Which need of a post is not met over that time; None where all are. `of_age`: known to
        be, then."""
        held = self.effective(ends_at)
        for need in needs:
            if need == ADULT:
                if not of_age:
                    return RefusalReason.NOT_ADULT
            elif need == INSURANCE:
                if not any(
                    i.starts_at <= starts_at and ends_at <= i.ends_at for i in self.insurance
                ):
                    return RefusalReason.NOT_INSURED
            elif need.startswith(BRIEFED):
                if need.removeprefix(BRIEFED) not in self.notices:
                    return RefusalReason.NOT_BRIEFED
            elif need not in held and need not in {each.training for each in self.trainings}:
                return RefusalReason.NOT_QUALIFIED
        return None

    def grant(
        self,
        who: "Owner",
        command: asked.GrantQualification,
        includes: Sequence[str],
        until: datetime | None,
        now: datetime,
    ) -> Sequence[Event]:
        """Hold it, from now on or anew."""
        if until and until <= now:
            raise invalid("until", "it has expired already", "已过期")
        if start_of(command.granted_on) > now:
            raise invalid("granted_on", "is in the future", "日期在未来")
        _bounded(self.qualifications)
        self.qualifications[command.qualification] = Held(
            evidence=command.evidence,
            issuer=command.issuer,
            granted_on=command.granted_on.isoformat(),
            includes=sorted(includes),
            until=until,
        )
        return [
            told.QualificationGranted(
                site=who.site,
                volunteer=who.id,
                qualification=command.qualification,
                includes=sorted(includes),
                until=until,
            )
        ]

    def revoke(
        self, who: "Owner", command: asked.RevokeQualification, now: datetime
    ) -> Sequence[Event]:
        """Not held any more."""
        held = self.qualifications.pop(command.qualification, None)
        if held is None:
            raise _not_held(command.qualification, self.qualifications)
        _bounded(self.revoked)
        self.revoked.append(Revoked(command.qualification, command.reason, now))
        return [_ended(told.QualificationRevoked, who, command.qualification, held)]

    def expire(self, who: "Owner", now: datetime) -> Sequence[Event]:
        """Those whose time is over."""
        over = {k: h for k, h in self.qualifications.items() if h.until and h.until <= now}
        for code in over:
            del self.qualifications[code]
        return [_ended(told.QualificationExpired, who, code, held) for code, held in over.items()]

    def insure(self, who: "Owner", command: asked.RecordInsurance) -> Sequence[Event]:
        """志愿服务保险."""
        _bounded(self.insurance)
        made = Insurance(
            command.insurer, command.policy, start_of(command.starts_on), end_of(command.ends_on)
        )
        if made in self.insurance:
            return []
        self.insurance.append(made)
        return [told.VolunteerInsured(site=who.site, volunteer=who.id, until=made.ends_at)]

    def acknowledge(
        self, who: "Owner", command: asked.AcknowledgeRisk, now: datetime
    ) -> Sequence[Event]:
        """风险告知."""
        if command.notice in self.notices:
            return []
        _bounded(self.notices)
        self.notices[command.notice] = now
        return [told.RiskAcknowledged(site=who.site, volunteer=who.id, notice=command.notice)]

    def train(self, who: "Owner", command: asked.RecordTraining, now: datetime) -> Sequence[Event]:
        """培训."""
        if start_of(command.completed_on) > now:
            raise invalid("completed_on", "is in the future", "日期在未来")
        _bounded(self.trainings)
        made = Training(
            command.training,
            command.title,
            command.minutes,
            command.completed_on.isoformat(),
            command.organiser,
        )
        if made in self.trainings:
            return []
        self.trainings.append(made)
        return [
            told.TrainingRecorded(
                site=who.site,
                volunteer=who.id,
                training=command.training,
                minutes=command.minutes,
            )
        ]

    def award(self, who: "Owner", command: asked.RecordAward, now: datetime) -> Sequence[Event]:
        """表彰奖励."""
        if start_of(command.given_on) > now:
            raise invalid("given_on", "is in the future", "日期在未来")
        _bounded(self.awards)
        made = Award(
            command.title, command.level, command.organisation, command.given_on.isoformat()
        )
        if made in self.awards:
            return []
        self.awards.append(made)
        return [told.AwardRecorded(site=who.site, volunteer=who.id, level=command.level)]


@dataclass(frozen=True)
class Owner:
    """Whose credentials they are, for what is told."""

    id: str
    site: str


def _ended(kind: type[told.QualificationEvent], who: Owner, code: str, held: Held) -> Event:
    return kind(
        site=who.site,
        volunteer=who.id,
        qualification=code,
        includes=held.includes,
        until=held.until,
    )


def _bounded(rows: Sequence[object] | dict[str, Held] | dict[str, datetime]) -> None:
    if len(rows) >= MOST_RECORDED:
        raise Conflict(
            Text(f"At most {MOST_RECORDED} are kept.", f"最多保存 {MOST_RECORDED} 条。"),
            extra={"allowed": []},
        )


def _not_held(code: str, held: Iterable[str]) -> Conflict:
    return Conflict(
        Text(f"The qualification {code} is not held.", f"未持有资质 {code}。"),
        extra={"allowed": [], "held": sorted(held)},
    )
