"""Who fits an order (匹配): must and may, each point of it explained. The dispatcher decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from services.orders.model.order import Order
from shared.errors import Text

FAIR_DAYS = 90
"""Days over which it is counted how often somebody was asked."""
NEAR_KM = 2.0
"""At this distance from the home site half of the points for it are given."""
UNKNOWN_DISTANCE = 0.25
"""Part of the points where a site has no position."""
EARTH_KM = 6371.0


class Criterion(StrEnum):
    """What a candidate gets points for."""

    SKILL = "skill"
    DISTANCE = "distance"
    FAIRNESS = "fairness"
    WISH = "wish"


POINTS: Mapping[Criterion, int] = {
    Criterion.SKILL: 35,
    Criterion.DISTANCE: 25,
    Criterion.FAIRNESS: 25,
    Criterion.WISH: 15,
}
"""At most; together 100."""


class Unfit(StrEnum):
    """Why somebody is no candidate."""

    NOT_VERIFIED = "not-verified"
    SUSPENDED = "suspended"
    NO_TEAM = "no-team"
    NOT_QUALIFIED = "not-qualified"
    BUSY = "busy"
    ASKED = "asked"  # already, for this order, or serving it


@dataclass(frozen=True, kw_only=True)
class Card:
    """What orders knows of a volunteer, from the volunteers service's events."""

    volunteer: str
    site: str
    verified: bool
    suspended: bool
    teams: tuple[str, ...]
    skills: frozenset[str] = frozenset()  # by their own word
    qualifications: Mapping[str, datetime | None] = field(default_factory=dict)  # until
    busy: tuple[tuple[datetime, datetime], ...] = ()

    def can(self, skill: str, at: datetime) -> bool:
        """By their own word, or by a qualification."""
        return skill in self.skills or self.holds(skill, at)

    def holds(self, code: str, at: datetime) -> bool:
        """A qualification that is valid at that time."""
        if code not in self.qualifications:
            return False
        until = self.qualifications[code]
        return until is None or until > at


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Points for one criterion, in words."""

    criterion: Criterion
    points: float
    of: int
    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A volunteer who could serve, and why."""

    volunteer: str
    team: str  # to serve for: the one that is wished for, or the first
    points: float  # of 100
    asked: int  # times in FAIR_DAYS
    reasons: tuple[Reason, ...]


def unfit(card: Card, order: Order) -> Unfit | None:
    """Why not; None for who could serve."""
    if not card.verified:
        return Unfit.NOT_VERIFIED
    if card.suspended:
        return Unfit.SUSPENDED
    if not card.teams:
        return Unfit.NO_TEAM
    if card.volunteer in (*order.ever_asked, *order.serving, *order.missed):
        return Unfit.ASKED
    if not all(card.holds(each, order.ends_at) for each in order.qualifications):
        return Unfit.NOT_QUALIFIED
    if any(begins < order.ends_at and order.starts_at < ends for begins, ends in card.busy):
        return Unfit.BUSY
    return None


def judge(card: Card, order: Order, km: float | None, asked: int) -> Candidate:
    """A candidate's points. `km`: from the home site to the order's."""
    reasons = (
        _skill(card, order),
        _distance(km),
        _fairness(asked),
        _wish(card, order),
    )
    return Candidate(
        volunteer=card.volunteer,
        team=order.wish if order.wish in card.teams else card.teams[0],
        points=round(sum(each.points for each in reasons), 1),
        asked=asked,
        reasons=reasons,
    )


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best first; of equals who was asked least."""
    return sorted(candidates, key=lambda each: (-each.points, each.asked, each.volunteer))


def distance_km(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> float | None:
    """Over the globe, between two positions; None where one is not known."""
    if one is None or other is None:
        return None
    latitudes = radians(one["latitude"]), radians(other["latitude"])
    apart = radians(other["longitude"] - one["longitude"])
    half = (
        sin((latitudes[1] - latitudes[0]) / 2) ** 2
        + cos(latitudes[0]) * cos(latitudes[1]) * sin(apart / 2) ** 2
    )
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def fair_since(now: datetime) -> datetime:
    """From when on it is counted how often somebody was asked."""
    return now - timedelta(days=FAIR_DAYS)


def _reason(criterion: Criterion, part: float, text: Text) -> Reason:
    most = POINTS[criterion]
    return Reason(
        criterion=criterion, points=round(most * part, 1), of=most, en=text.en, zh=text.zh
    )


def _skill(card: Card, order: Order) -> Reason:
    if not order.skills:
        return _reason(Criterion.SKILL, 1, Text("no skill is wanted", "无技能要求"))
    held = [each for each in order.skills if card.can(each, order.ends_at)]
    text = Text(
        f"has {len(held)} of {len(order.skills)} skills: {', '.join(held) or '-'}",
        f"具备 {len(held)}/{len(order.skills)} 项技能:{'、'.join(held) or '无'}",
    )
    return _reason(Criterion.SKILL, len(held) / len(order.skills), text)


def _distance(km: float | None) -> Reason:
    if km is None:
        text = Text("distance is not known", "距离未知")
        return _reason(Criterion.DISTANCE, UNKNOWN_DISTANCE, text)
    text = Text(f"home site is {km:.1f} km away", f"所在站点相距 {km:.1f} 公里")
    return _reason(Criterion.DISTANCE, NEAR_KM / (NEAR_KM + km), text)


def _fairness(asked: int) -> Reason:
    text = Text(
        f"was asked {asked} times in {FAIR_DAYS} days", f"近 {FAIR_DAYS} 天被派单 {asked} 次"
    )
    return _reason(Criterion.FAIRNESS, 1 / (1 + asked), text)


def _wish(card: Card, order: Order) -> Reason:
    wished = order.wish is not None and order.wish in (card.volunteer, *card.teams)
    text = (
        Text("the resident wishes for this one", "居民指定意愿")
        if wished
        else Text("not wished for by name", "居民未指定")
    )
    return _reason(Criterion.WISH, float(wished), text)
