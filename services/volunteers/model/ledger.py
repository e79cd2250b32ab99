"""The hours ledger (时长台账): for each volunteer a chain of links that only grows.

A link is one credited entry (入账) or one correction. It carries its number, the hash of the link
before it and a hash of itself over its canonical text, so that what is changed, taken out or cut
off afterwards is found; the events that tell of links are the second copy to compare with.

Each link is a document of its own, named by volunteer and number: to add one is ONE insert, which
fails where another has taken the number. So a check made on the links up to the head holds for the
link that follows it, and no document grows with the years.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.volunteers.model import star
from services.volunteers.model.service import Amendment, Service, Span
from services.volunteers.model.times import day_of, utc_text
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.contracts.volunteers import HoursSource

BEFORE_THE_FIRST = "0" * 64
FORM = 1  # of the canonical text; a new one leaves the old links as they are


class LinkKind(StrEnum):
    CREDIT = "credit"  # 入账
    CORRECTION = "correction"


@dataclass(frozen=True)
class Head:
    """The end of a volunteer's chain, from which the next link follows."""

    number: int = 0
    hash: str = BEFORE_THE_FIRST
    minutes: int = 0  # sum of the chain
    points: int = 0
    stars: int = 0


@dataclass
class Link:
    """One line of the ledger. Never changed. `minutes` and `points` are what it adds."""

    volunteer: str
    number: int
    kind: LinkKind
    entry: str
    team: str
    site: str
    theme: Theme
    modes: list[Mode]
    started_at: datetime
    ended_at: datetime
    service_date: str  # in Asia/Shanghai, ISO
    minutes: int
    points: int
    source: HoursSource
    evidence: str
    order: str
    acceptance: str
    correction: str  # id of what asked for it; empty for a credit
    total_minutes: int  # of the volunteer, with this link
    total_points: int
    stars: int
    previous: str
    hash: str
    text: str  # canonical: what `hash` is of
    status: str = "credited"

    @property
    def head(self) -> Head:
        """The chain's end, where this is the last link."""
        return Head(self.number, self.hash, self.total_minutes, self.total_points, self.stars)


def credit(
    head: Head, service: Service, points: int, thresholds: Sequence[int]
) -> tuple[Link, list[Event]]:
    """入账: the link that follows `head`, and what to tell; the caller has looked for clashes."""
    link = _link(head, service, (service.minutes, points), thresholds)
    event = told.HoursCredited(
        site=link.site,
        entry=link.entry,
        volunteer=link.volunteer,
        team=link.team,
        theme=link.theme,
        modes=link.modes,
        department=service.department,
        minutes=link.minutes,
        service_date=day_of(service.started_at),
        order=link.order,
        acceptance=link.acceptance,
        evidence=link.evidence,
        source=link.source,
        points=link.points,
        number=link.number,
        previous=link.previous,
        hash=link.hash,
        total_minutes=link.total_minutes,
    )
    return link, [event, *_stars(head, link, thresholds)]


def correct(
    head: Head,
    entry: Sequence[Link],
    amendment: Amendment,
    points: int,
    thresholds: Sequence[int],
) -> tuple[Link, list[Event]]:
    """The link that puts an entry right. `entry`: all links of it; `points`: of the new minutes."""
    service = amendment.applied_to(service_of(entry[0]))
    added = amendment.minutes - sum(link.minutes for link in entry)
    points_added = points - sum(link.points for link in entry)
    link = _link(head, service, (added, points_added), thresholds, amendment)
    event = told.HoursCorrected(
        site=link.site,
        entry=link.entry,
        volunteer=link.volunteer,
        team=link.team,
        theme=link.theme,
        modes=link.modes,
        department=service.department,
        service_date=day_of(service.started_at),
        minutes=amendment.minutes,
        difference=added,
        points_difference=points_added,
        number=link.number,
        previous=link.previous,
        hash=link.hash,
        total_minutes=link.total_minutes,
    )
    return link, [event, *_stars(head, link, thresholds)]


def service_of(link: Link) -> Service:
    """The facts that a link was made of."""
    facts = json.loads(link.text)["service"]
    for name in ("started_at", "ended_at", "announced_until"):
        facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
    facts["theme"] = Theme(facts["theme"])
    facts["modes"] = [Mode(each) for each in facts["modes"]]
    facts["source"] = HoursSource(facts["source"])
    if facts.get("department"):  # older texts have no such fact
        facts["department"] = Department(facts["department"])
    return Service(**facts)


def spans(links: Sequence[Link]) -> list[Span]:
    """What each entry says of its time, by its last link."""
    entries: dict[str, list[Link]] = {}
    for link in sorted(links, key=lambda each: each.number):
        entries.setdefault(link.entry, []).append(link)
    return [
        Span(
            entry=id,
            number=each[-1].number,
            started_at=each[-1].started_at,
            ended_at=each[-1].ended_at,
            minutes=sum(link.minutes for link in each),
        )
        for id, each in entries.items()
    ]


def hash_of(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def flaw(link: Link, before: Head) -> str:
    """What is wrong with a link that should follow `before`; empty where nothing is."""
    if link.number != before.number + 1:
        return "number"
    if hash_of(link.text) != link.hash:
        return "hash"
    if link.previous != before.hash or not says_what_its_text_says(link):
        return "content"
    total = (before.minutes + link.minutes, before.points + link.points)
    return "" if total == (link.total_minutes, link.total_points) else "total"


def says_what_its_text_says(link: Link) -> bool:
    """Whether the fields that people read are those that the hash is of."""
    fields = _fields(link)
    return all(fields[name] == was for name, was in _said(link.text))


_OUTSIDE = ("hash", "text", "status")
"""Fields of a link that its canonical text does not hold: they follow from it."""


def _fields(link: Link) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(_canonical(asdict(link)))
    return {name: value for name, value in fields.items() if name not in _OUTSIDE}


def _said(text: str) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in json.loads(text).items() if name not in _BESIDE]


_BESIDE = ("form", "service", "reason")
"""What the canonical text holds and the fields of a link don't repeat."""


def _link(
    head: Head,
    service: Service,
    added: tuple[int, int],
    thresholds: Sequence[int],
    amendment: Amendment | None = None,
) -> Link:
    minutes, points = added
    total = head.minutes + minutes
    link = Link(
        volunteer=service.volunteer,
        number=head.number + 1,
        kind=LinkKind.CORRECTION if amendment else LinkKind.CREDIT,
        entry=service.entry,
        team=service.team,
        site=service.site,
        theme=service.theme,
        modes=list(service.modes),
        started_at=service.started_at,
        ended_at=service.ended_at,
        service_date=day_of(service.started_at).isoformat(),
        minutes=minutes,
        points=points,
        source=service.source,
        evidence=service.evidence[0] if service.evidence else "",
        order=service.order,
        acceptance=service.acceptance,
        correction=amendment.correction if amendment else "",
        total_minutes=total,
        total_points=head.points + points,
        stars=star.stars_of(total, thresholds),
        previous=head.hash,
        hash="",
        text="",
    )
    beside = {"form": FORM, "service": asdict(service)}
    why = {"reason": amendment.reason} if amendment else {}
    link.text = _canonical(_fields(link) | beside | why)
    link.hash = hash_of(link.text)
    return link


def _canonical(facts: dict[str, Any]) -> str:
    """The same facts always give the same text: keys sorted, times in UTC, no spaces."""
    return json.dumps(
        facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"{type(value).__name__} has no place in the ledger")


def _stars(head: Head, link: Link, thresholds: Sequence[int]) -> list[Event]:
    return star.changed(link.volunteer, link.site, head.stars, link.total_minutes, thresholds)
