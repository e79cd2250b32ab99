"""python -m deploy.demonstration

Environment: ORDERS_URL, VOLUNTEERS_URL, EVENTS_URL, REPORTS_URL (base URLs, also with a path as
behind a gateway), KEY_OFFICE, KEY_STATION, KEY_DEPARTMENT, and CLOCK_FILE where business time can
be moved. On an empty system whose time can be moved it plays the last complete month; on any other
a few orders in real time. The exit status is 0 where every number agrees.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from deploy.demonstration.audit import Auditor
from deploy.demonstration.client import THREADS, Caller, Unexpected
from deploy.demonstration.month import BusinessTime, Month, last_complete, now
from deploy.demonstration.people import volunteers
from deploy.demonstration.reference import Loaded, Loader, NotLoaded, Reference
from deploy.demonstration.story import play_month, register_all
from deploy.demonstration.today import Today
from deploy.demonstration.world import WentWrong, World
from shared.settings import SERVICES

NEEDED: Mapping[str, tuple[str, ...]] = {
    "office": ("*",),
    "station": (
        *(f"orders:{move}" for move in ("place", "accept", "serve", "rate", "read")),
        *("volunteers:write", "volunteers:read", "activities:write", "activities:register"),
        "activities:read",
    ),
    "department": ("orders:vet", "orders:dispatch", "activities:write", "activities:register"),
}
"""Scopes of each client's key that the story needs."""

_FIRST_HELD = (
    *(("events", "/v1/sites"), ("volunteers", "/v1/teams"), ("volunteers", "/v1/volunteers")),
    *(("orders", "/v1/menu-items"), ("orders", "/v1/orders"), ("events", "/v1/activities")),
)
"""Lists that are all empty in a new system."""
_CLOSE = timedelta(hours=1)
PLAYED_TO_THE_END = 4
"""Orders that are served and rated at once, where the time can't be moved."""


class Demonstration:
    """One run, from the reference data to the comparison."""

    def __init__(self, environ: Mapping[str, str], pool: Executor) -> None:
        urls = {name: environ[f"{name.upper()}_URL"].rstrip("/") for name in SERVICES}
        self._callers = {n: Caller(n, urls, environ[f"KEY_{n.upper()}"]) for n in NEEDED}
        self._office = self._callers["office"]
        file = environ.get("CLOCK_FILE")
        self._clock = BusinessTime(Path(file) if file else None)
        self._reference = Reference.read()
        self._pool = pool
        self._token = secrets.token_hex(4)
        self._began = time.monotonic()

    def run(self) -> bool:
        """Whether every number agrees."""
        self._require_scopes()
        if self._clock.back_to_now():
            say(
                "上次演示被打断:业务时间已恢复 the last run was broken off: time is put back to now"
            )
        try:
            played = self._play_month() if self._can_play_month() else None
        finally:
            self._clock.back_to_now()
        self._play_today(to_the_end=0 if played else PLAYED_TO_THE_END)
        this_month = Month.of(now())
        auditor = Auditor(self._office, self._pool, say)
        months = [played or this_month]
        while months[-1] != this_month:
            months.append(months[-1].after)
        auditor.report(months[0], f"demonstration-report-{self._token}")
        fine = auditor.agrees(months)
        say(f"用时 {time.monotonic() - self._began:.1f} 秒 seconds in all")
        return fine

    def _require_scopes(self) -> None:
        """Better said at once than in the middle of a month."""
        for name, caller in self._callers.items():
            held = set(caller.get("orders", "/v1/whoami")["scopes"])
            missing = [
                scope
                for scope in NEEDED[name]
                if not held & {"*", scope, scope.split(":")[0] + ":*"}
            ]
            if missing:
                raise WentWrong(f"KEY_{name.upper()} lacks the scopes {', '.join(missing)}")

    # ---- the month ----

    def _can_play_month(self) -> bool:
        """Never behind the back of data that is there already."""
        if any(self._office.get(service, path, limit=1)["items"] for service, path in _FIRST_HELD):
            say("系统中已有数据:不再移动时间,只实时演示几件新点单(make clean 后可重演整月)")
            say("There is data already: time stays, only a few new orders are played in real time")
            say("(a whole month again: make clean, then make run)")
            return False
        if not self._clock.can_be_moved():
            say("业务时间不能移动(CLOCK_FILE):只实时演示几件点单")
            say("Business time can't be moved (CLOCK_FILE): a few orders in real time")
            return False
        return True

    def _play_month(self) -> Month | None:
        """The month that was played; None where the services don't follow the clock's file."""
        month = last_complete(now())
        eve = month.at(0, 9)
        self._clock.move_to(eve)
        loaded = Loader(self._office, self._reference, self._pool).load()
        if any(abs(moment - eve) > _CLOSE for moment in loaded.moments):
            say("各服务没有跟随 CLOCK_FILE:只实时演示几件点单")
            say("The services don't follow CLOCK_FILE: a few orders in real time")
            return None
        say(f"基础数据已载入 reference data: {self._loaded_counts()}")
        world = self._world(month.name, loaded)
        say(f"重演 {month.year}年{month.number}月 playing {month.name}")
        play_month(world, month, self._reference, self._clock, self._pool, say)
        say(f"整月演完 the month is over after {time.monotonic() - self._began:.1f} s")
        return month

    # ---- today ----

    def _play_today(self, *, to_the_end: int) -> None:
        """What lies ahead now; everything is loaded already where the month was played."""
        loaded = Loader(self._office, self._reference, self._pool).load()
        world = self._world(f"today-{self._token}", loaded)
        if to_the_end:
            say(f"基础数据已载入 reference data: {self._loaded_counts()}")
            register_all(world, volunteers(self._reference), self._pool)
        Today(world, self._reference, self._token if to_the_end else "").play(to_the_end=to_the_end)
        done = world.tally.take()
        say(
            f"今天 today: 点单 placed {done['placed']} · 接单 accepted {done['accepted']} ·"
            f" 发布活动 announced {done['announced']} · 报名 registered {done['registered']}"
        )

    def _world(self, story: str, loaded: Loaded) -> World:
        office, station, department = (self._callers[name] for name in NEEDED)
        return World(story, office, station, department, loaded)

    def _loaded_counts(self) -> str:
        data = self._reference
        return (
            f"{len(data.sites)} 个站点 sites · {len(data.teams)} 支队伍 teams ·"
            f" {len(data.series)} 个品牌系列 series · {len(data.menu)} 个服务项目 menu items"
        )


def say(what: str) -> None:
    """To whoever watches, at once."""
    print(what, flush=True)


def main() -> int:
    """Returns the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the clock is put back
    missing = [
        name
        for name in (*(f"{s.upper()}_URL" for s in SERVICES), *(f"KEY_{n.upper()}" for n in NEEDED))
        if not os.environ.get(name)
    ]
    if missing:
        print(f"set {', '.join(missing)} in the environment", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            return 0 if Demonstration(os.environ, pool).run() else 1
        except (Unexpected, WentWrong, NotLoaded) as failure:
            print(f"演示中止 the demonstration failed: {failure}", file=sys.stderr, flush=True)
            return 1


if __name__ == "__main__":
    sys.exit(main())
