"""The month as a whole: who registers, what is ordered and held, and what time brings."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from datetime import date, datetime, timedelta

from deploy.demonstration.activities import activity_lives, plan_activities
from deploy.demonstration.agenda import Life, play
from deploy.demonstration.client import Unexpected
from deploy.demonstration.month import BusinessTime, Month, now
from deploy.demonstration.order_life import order_life
from deploy.demonstration.order_plan import SUSPENDED_FROM, SUSPENDED_TO, VETTING, plan_orders
from deploy.demonstration.people import Roster, Volunteer, volunteers
from deploy.demonstration.reference import PERSON, Reference
from deploy.demonstration.world import World, worker_of

Say = Callable[[str], None]

DAYS_AFTER = 8
"""Days played behind the month: its last orders are rated, by residents or by the clock."""
_CLOCKS_LOOK_WITHIN_S = 1.5
"""The services' clocks look at business time twice a second (shared/worker.py)."""

_WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
_DONE = (
    ("placed", "点单"),
    ("accepted", "接单"),
    ("refused", "预约未成"),
    ("completed", "办结"),
    ("rated", "评单"),
    ("announced", "发布活动"),
    ("registered", "报名"),
    ("held", "活动"),
    ("attended", "人次"),
)
"""What a day's line shows: the tally's word, and its Chinese."""


def play_month(
    world: World,
    month: Month,
    reference: Reference,
    clock: BusinessTime,
    pool: Executor,
    say: Say,
    end: datetime | None = None,
) -> None:
    """All of it, to the eighth day after the month, or to `end`; the time is then still the
    story's."""
    people = volunteers(reference)
    register_all(world, people, pool)
    orders = plan_orders(month, reference, Roster(people))
    activities = plan_activities(month, reference)
    guests = sum(len(activity.guests) for activity in activities)
    say(
        f"{len(people)} 名志愿者 volunteers · {len(orders)} 件点单 orders ·"
        f" {len(activities)} 场活动 activities · {guests} 次报名 registrations"
    )
    lives: list[Life] = [order_life(world, each) for each in orders]
    lives += [life for each in activities for life in activity_lives(world, each)]
    lives += [_suspended(world, month, each) for each in people if each.suspended]
    lives += [_month_ends(month)]
    days = _Days(clock, world, say)
    end = end or month.at(month.days + DAYS_AFTER, 23)
    until = min(end, now() - timedelta(minutes=1))
    play(lives, days.reach, pool, until)
    days.show()


def register_all(world: World, people: Iterable[Volunteer], pool: Executor) -> None:
    """注册 实名认证 入队; of those who are registered already, nothing changes."""
    people = list(people)
    ids = pool.map(lambda each: _register(world, each), people)
    world.volunteers.update((each.ref, id) for each, id in zip(people, ids, strict=True))


def _register(world: World, volunteer: Volunteer) -> str:
    # Not a key of the story: a person is registered once, whatever is played.
    key = f"demonstration-volunteer-{volunteer.ref}"
    person = worker_of(volunteer.site)
    body = {"person": volunteer.ref, "site": volunteer.site}
    answer = world.station.try_post("volunteers", "/v1/volunteers", body, key=key, person=person)
    id = answer.body.get("id") or answer.body.get("existing")
    if not id:
        raise Unexpected("POST", "volunteers/v1/volunteers", answer.status, answer.body)
    path = f"/v1/volunteers/{id}"
    for team in volunteer.teams:
        body = {"team": world.loaded.teams[team]}
        world.station.post("volunteers", f"{path}/join", body, key=f"{key}-{team}", person=person)
    if volunteer.verified:
        world.office.post("volunteers", f"{path}/verify", key=key, person=PERSON)
    return str(id)


def _suspended(world: World, month: Month, volunteer: Volunteer) -> Life:
    """May not serve for some days."""
    path = f"/v1/volunteers/{world.id_of(volunteer)}"
    yield month.at(SUSPENDED_FROM, *VETTING)
    body = {"reason": "上岗培训待补 Training to be made up for"}
    world.office.post(
        "volunteers", f"{path}/suspend", body, key=world.key("suspend"), person=PERSON
    )
    yield month.at(SUSPENDED_TO, *VETTING)
    world.office.post("volunteers", f"{path}/reinstate", key=world.key("reinstate"), person=PERSON)


def _month_ends(month: Month) -> Life:
    """What time brings in the month is told in the month."""
    yield month.at(month.days, 23, 50)
    time.sleep(_CLOCKS_LOOK_WITHIN_S)


class _Days:
    """Moves the time, and shows what each day has brought."""

    def __init__(self, clock: BusinessTime, world: World, say: Say) -> None:
        self._clock = clock
        self._world = world
        self._say = say
        self._day: date | None = None

    def reach(self, moment: datetime) -> None:
        if moment.date() != self._day:
            self.show()
            self._day = moment.date()
        self._clock.move_to(moment)

    def show(self) -> None:
        done = self._world.tally.take()
        if self._day and done:
            self._say(f"{self._day:%m-%d} {_WEEKDAYS[self._day.weekday()]}  {_line(done)}")


def _line(done: Counter[str]) -> str:
    return " · ".join(f"{word} {done[name]}" for name, word in _DONE if done[name])
