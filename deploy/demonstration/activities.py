"""The activities of the month: what is on the programme, and the life of one activity."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from deploy.demonstration.agenda import Life
from deploy.demonstration.client import Caller, Document
from deploy.demonstration.month import Month
from deploy.demonstration.order_plan import EVENING, NIGHT, NOON, VETTING, at_hour, coming_at
from deploy.demonstration.people import residents
from deploy.demonstration.reference import Reference
from deploy.demonstration.world import WentWrong, World, worker_of

_FILE = Path(__file__).with_name("programme.json")
FESTIVALS: dict[int, tuple[str, ...]] = {
    1: ("our-festivals-spring-festival",),
    2: ("our-festivals-spring-festival", "our-festivals-lantern-festival"),
    3: ("our-festivals-lantern-festival",),
    4: ("our-festivals-qingming",),
    6: ("our-festivals-dragon-boat",),
    8: ("our-festivals-qixi",),
    9: ("our-festivals-mid-autumn",),
    10: ("our-festivals-double-ninth", "double-ninth-blessings"),
}
"""Series whose festival falls in a month of the calendar, in most years."""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """An activity as the annual plan has it: a row of programme.json."""

    title: str
    title_en: str
    theme: str
    modes: tuple[str, ...]
    site: str
    wanted: int  # residents who register
    capacity: int
    minutes: int
    series: str | None


CALLED_OFF = "防灾减灾应急演练"
"""The one that can't take place."""
_FESTIVE_SITES = ("XP00", "XP12")


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A resident who registers."""

    resident: str
    at: datetime
    cancels: bool
    comes: bool


@dataclass(frozen=True, kw_only=True)
class ActivityPlan:
    """One activity from its announcement to its end."""

    key: str
    programme: Programme
    announced_at: datetime
    starts_at: datetime
    guests: tuple[Guest, ...]  # in the order of registering
    cancelled_at: datetime | None  # the whole activity

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.programme.minutes)

    @property
    def cancellations_at(self) -> datetime:
        """The eve: those who can't come say so, and others move up."""
        return at_hour(self.starts_at - timedelta(days=1), EVENING)

    @property
    def held_at(self) -> datetime:
        """When it is written down that it was held."""
        return at_hour(self.starts_at, NIGHT)


def programme_of(month: Month, reference: Reference) -> list[Programme]:
    """What the month's festivals bring, and what every month has."""
    titles = {row["code"]: row for row in reference.series}
    festive = [
        Programme(
            title=f"{titles[code]['title']} 联欢会",
            title_en=f"{titles[code]['title_en']}: a gathering",
            theme=titles[code]["theme"],
            modes=("host", "help"),
            site=site,
            wanted=30,
            capacity=26,
            minutes=120,
            series=code,
        )
        for code, site in zip(FESTIVALS.get(month.number, ()), _FESTIVE_SITES, strict=False)
    ]
    every_month = json.loads(_FILE.read_text(encoding="utf-8"))
    return [*(Programme(**row | {"modes": tuple(row["modes"])}) for row in every_month), *festive]


def plan_activities(month: Month, reference: Reference) -> list[ActivityPlan]:
    """All activities, spread over the month."""
    rng = Random(f"shijian activities {month.name}")
    programme = programme_of(month, reference)
    rng.shuffle(programme)
    first, last = 4, month.days - 1
    plans = []
    for number, each in enumerate(programme):
        day = first + number * (last - first) // max(1, len(programme) - 1)
        plans.append(_plan(month, reference, rng, f"activity-{number + 1:02d}", each, day))
    return plans


def _plan(
    month: Month, reference: Reference, rng: Random, key: str, programme: Programme, day: int
) -> ActivityPlan:
    announced = max(1, day - rng.randint(4, 8))
    starts_at = month.at(day, *rng.choice(((9, 0), (14, 30), (18, 30))))
    neighbours = residents(programme.site)
    others = [r for site in reference.codes if site != programme.site for r in residents(site)]
    # Most come from around the corner; a larger gathering draws from the whole street.
    near = rng.sample(neighbours, min(len(neighbours), programme.wanted * 2 // 3))
    people = near + rng.sample(others, programme.wanted - len(near))
    rng.shuffle(people)
    half = len(people) // 2
    days = (announced, rng.randint(announced, day - 2) + 1)
    guests = [
        Guest(
            resident=resident,
            # Together while there are seats for all; behind them, one after the other.
            at=month.at(days[0 if index < half else 1], *NOON)
            + timedelta(minutes=max(0, index - programme.capacity + 1)),
            cancels=rng.random() < 0.08,
            comes=rng.random() < 0.9,
        )
        for index, resident in enumerate(people)
    ]
    return ActivityPlan(
        key=key,
        programme=programme,
        announced_at=month.at(announced, *VETTING),
        starts_at=starts_at,
        guests=tuple(guests),
        cancelled_at=month.at(day - 1, *EVENING) if programme.title == CALLED_OFF else None,
    )


def activity_lives(world: World, plan: ActivityPlan) -> list[Life]:
    """The activity's own life, and one for each guest: they register and come side by side."""
    activity = ActivityInService(world, plan)
    return [_activity_life(activity, plan), *(_guest_life(activity, plan, g) for g in plan.guests)]


def _activity_life(activity: ActivityInService, plan: ActivityPlan) -> Life:
    """Announced, registered for, held and attended; or cancelled."""
    yield plan.announced_at
    activity.announce()
    if plan.cancelled_at:
        yield plan.cancelled_at
        activity.cancel("天气原因改期 Postponed because of the weather")
        return
    yield plan.cancellations_at
    activity.look()
    yield plan.cancellations_at  # now the guests cancel
    yield plan.cancellations_at
    activity.look()
    activity.must_have_filled_seats()
    yield plan.held_at
    activity.hold()


def _guest_life(activity: ActivityInService, plan: ActivityPlan, guest: Guest) -> Life:
    """Registers; then cancels, or comes, or is missing."""
    yield guest.at
    activity.register(guest)
    if plan.cancelled_at:
        return
    if guest.cancels:
        yield plan.cancellations_at  # now it is looked who is registered
        yield plan.cancellations_at
        activity.cancel_registration(guest)
    elif guest.comes:
        yield coming_at(plan.starts_at)
        activity.attend(guest)


class ActivityInService:
    """The activity as the events service knows it."""

    def __init__(self, world: World, plan: ActivityPlan) -> None:
        self._world = world
        self._plan = plan
        self._path = ""
        self._registrations: dict[str, tuple[str, str]] = {}  # id and status by resident
        institute = plan.programme.site == "XP00"
        linked = "link" in plan.programme.modes
        self._host: Caller = (
            world.department if linked else world.office if institute else world.station
        )

    def announce(self) -> None:
        plan = self._plan
        programme = plan.programme
        body: Document = {
            "site": programme.site,
            "title": programme.title,
            "theme": programme.theme,
            "modes": list(programme.modes),
            "starts_at": plan.starts_at.isoformat(),
            "ends_at": plan.ends_at.isoformat(),
            "capacity": programme.capacity,
            "series": programme.series,
        }
        key = self._world.key(plan.key, "announce")
        receipt = self._host.post(
            "events", "/v1/activities", body, key=key, person=worker_of(programme.site)
        )
        self._path = f"/v1/activities/{receipt['id']}"
        self._world.tally.add("announced")

    def register(self, guest: Guest) -> None:
        body = {"resident": guest.resident}
        self._do("registrations", body, "register", guest.resident, person=guest.resident)
        self._world.tally.add("registered")

    def look(self) -> None:
        """Who is registered now, and how."""
        self._registrations = {
            each["resident"]: (id, each["status"])
            for id, each in self._world.station.get("events", self._path)["registrations"].items()
        }

    def cancel_registration(self, guest: Guest) -> None:
        id, _ = self._registrations[guest.resident]
        move = f"registrations/{id}/cancel"
        self._do(move, {}, "cancel-seat", guest.resident, person=guest.resident)

    def must_have_filled_seats(self) -> None:
        """Nobody waits while a seat is free. Raises WentWrong."""
        statuses = [status for _, status in self._registrations.values()]
        seats = self._plan.programme.capacity - statuses.count("confirmed")
        if seats < 0 or (seats and statuses.count("waitlisted")):
            raise WentWrong(f"{self._path}: {seats} seats are free, and residents wait")

    def attend(self, guest: Guest) -> None:
        """Who has a seat comes; who still waits stays at home."""
        id, status = self._registrations[guest.resident]
        if status == "confirmed":
            self._do(f"registrations/{id}/attend", {}, "attend", guest.resident)
            self._world.tally.add("attended")

    def hold(self) -> None:
        self._do("hold", {}, "hold")
        self._world.tally.add("held")

    def cancel(self, reason: str) -> None:
        self._do("cancel", {"reason": reason}, "cancel")

    def _do(self, move: str, body: Document, *key: str, person: str = "") -> None:
        # Residents register at their station; what the hosts do, their own system does.
        caller = self._world.station if key[0] in ("register", "cancel-seat") else self._host
        caller.post(
            "events",
            f"{self._path}/{move}",
            body,
            key=self._world.key(self._plan.key, *key),
            person=person or worker_of(self._plan.programme.site),
        )
