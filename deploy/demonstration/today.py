"""A few orders and activities in real time: what waits for somebody when one looks around.

Where the time can't be moved it is the whole demonstration; then some orders are played to their
end, with check-in and check-out in one minute.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from deploy.demonstration.client import Document
from deploy.demonstration.month import now
from deploy.demonstration.people import residents
from deploy.demonstration.reference import MenuItem, Reference
from deploy.demonstration.world import WentWrong, World, worker_of

ORDERS, ACTIVITIES, GUESTS = 12, 3, 9
_SOON = timedelta(minutes=30)
"""Check-in opens an hour before the service."""
_SETTLED_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05


class Today:
    """The story of today; each has keys of its own, so that it can be told any number of times."""

    def __init__(self, world: World, reference: Reference, seed: str) -> None:
        self._world = world
        self._reference = reference
        self._rng = Random(f"shijian today {seed}")
        self._numbers = iter(range(1, 10_000))

    def play(self, *, to_the_end: int) -> None:
        """Some orders in each state; `to_the_end` of them are served and rated at once."""
        for number in range(ORDERS):
            starts_at = self._time(number + 1)
            id = self._place(starts_at)
            if number % 4:
                self._move(id, "vet")
            if number % 4 == 3:
                self._assign(id, starts_at)
        for _ in range(to_the_end):
            self._from_first_to_last()
        for number in range(ACTIVITIES):
            self._announce(self._time(number + 3))

    def _time(self, days: int) -> datetime:
        """Some days ahead, in working hours."""
        day = now() + timedelta(days=1 + days % 6)
        hour, minute = self._rng.choice(((9, 0), (10, 30), (14, 30), (16, 0)))
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)

    # ---- orders ----

    def _place(self, starts_at: datetime) -> str:
        site = self._site = self._rng.choice(self._reference.codes)
        item = self._item = self._rng.choice([i for i in self._reference.menu if i.hands == 1])
        body: Document = {
            "item": self._world.loaded.items[item.code],
            "site": site,
            "resident": self._rng.choice(residents(site)),
            "starts_at": starts_at.isoformat(),
        }
        receipt = self._post("orders", "/v1/orders", body)
        self._world.tally.add("placed")
        return str(receipt["id"])

    def _from_first_to_last(self) -> None:
        starts_at = now() + _SOON
        id = self._place(starts_at)
        self._move(id, "vet")
        acceptance = self._assign(id, starts_at)
        if not acceptance:
            return
        self._move(id, f"acceptances/{acceptance}/check-in")
        self._move(id, f"acceptances/{acceptance}/check-out")
        self._move(id, "complete")
        self._move(id, "rate", {"stars": self._rng.choice((4, 5))})

    def _assign(self, id: str, starts_at: datetime) -> str:
        """Dispatch it to a member of the station's team who has time; empty where nobody has."""
        team = self._world.loaded.teams[self._reference.team_of(self._site)]
        volunteer = self._with_time(team, starts_at, self._item)
        if not volunteer:
            return ""
        self._move(id, "dispatch", {"volunteers": [volunteer]})
        self._move(id, "accept", {"volunteer": volunteer, "team": team})
        return self._settled(id)

    def _with_time(self, team: str, starts_at: datetime, item: MenuItem) -> str:
        """As a person at the station would: look into the members' calendars."""
        ends_at = starts_at + timedelta(minutes=item.minutes)
        members = list(
            self._world.station.pages("volunteers", "/v1/volunteers", team=team, status="verified")
        )
        self._rng.shuffle(members)
        for member in members:
            path = f"/v1/volunteers/{member['id']}/calendar"
            calendar = self._world.station.find("volunteers", path)
            bookings = calendar["bookings"].values() if calendar else ()
            if not _overlap(bookings, starts_at, ends_at):
                return str(member["id"])
        return ""

    def _settled(self, id: str) -> str:
        """The acceptance, when the volunteer's time is reserved. Raises WentWrong."""
        until = time.monotonic() + _SETTLED_WITHIN_S
        while True:
            order = self._world.station.get("orders", f"/v1/orders/{id}")
            ((acceptance, found),) = order["acceptances"].items()
            if found["status"] != "pending" or time.monotonic() > until:
                break
            time.sleep(_LOOK_EVERY_S)
        if found["status"] != "assigned":
            raise WentWrong(f"/v1/orders/{id}: {found['status']} ({found['release_reason']})")
        self._world.tally.add("accepted")
        return str(acceptance)

    # ---- activities ----

    def _announce(self, starts_at: datetime) -> None:
        series = self._rng.choice(self._reference.series)
        site = self._rng.choice(self._reference.codes)
        body: Document = {
            "site": site,
            "title": f"{series['title']} 报名中",
            "theme": series["theme"],
            "modes": ["host"],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=90)).isoformat(),
            "capacity": GUESTS - 1,
            "series": series["code"],
        }
        receipt = self._post("events", "/v1/activities", body)
        self._world.tally.add("announced")
        for resident in self._rng.sample(residents(site), GUESTS):
            path = f"/v1/activities/{receipt['id']}/registrations"
            self._post("events", path, {"resident": resident})
            self._world.tally.add("registered")

    # ---- inside ----

    def _move(self, id: str, move: str, body: Document | None = None) -> None:
        self._post("orders", f"/v1/orders/{id}/{move}", body or {})

    def _post(self, service: str, path: str, body: Document) -> Document:
        world = self._world
        vetting = path.endswith(("/vet", "/dispatch"))
        caller = world.office if vetting else world.station
        key = world.key(str(next(self._numbers)))
        person = caller.name if vetting else worker_of(body.get("site", "XP00"))
        return caller.post(service, path, body, key=key, person=person)


def _overlap(bookings: Iterable[Document], starts_at: datetime, ends_at: datetime) -> bool:
    return any(
        datetime.fromisoformat(each["starts_at"]) < ends_at
        and starts_at < datetime.fromisoformat(each["ends_at"])
        for each in bookings
    )
