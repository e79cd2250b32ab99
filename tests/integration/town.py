"""Four sources that tell what reports hears."""

import random
from datetime import UTC, date, datetime, timedelta

from shared.contracts import events, orders, reports, volunteers
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.messaging.event_log import EventLog
from shared.storage.mongo import Document
from tests.integration.rig import (
    LogFeeds,
    Rig,
)


class Town:
    """Four sources that tell what reports hears: random facts, late ones among them."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.chance = random.Random(seed)
        self.logs = {
            name: EventLog(rig.database(), name)
            for name in ("orders", "volunteers", "events", "reports")
        }
        self.feeds = LogFeeds(*self.logs.values())

    def tell(self, source: str, count: int) -> list[str]:
        """Log `count` events of a source: their envelopes."""
        log = self.logs[source]
        head = log.head()
        make = {
            "orders": self._order,
            "volunteers": self._hours,
            "events": self._activity,
            "reports": self._milestone,
        }[source]
        told = [self._told(make()) for _ in range(count)]
        return [entry.body for entry in log.append(told, head, log.epoch())]

    def _told(self, event: Event) -> Document:
        return {
            "id": f"{self.chance.getrandbits(128):032x}",
            "type": event.type,
            "subject": "any_thing0",
            "site": getattr(event, "site", None),
            "time": self._moment(),
            "data": event.model_dump(mode="json"),
            "correlation": "",
            "causation": "",
            "traceparent": "",
        }

    def _moment(self) -> datetime:
        """Around the change of a month in Asia/Shanghai."""
        return datetime(2026, 10, 31, tzinfo=UTC) + timedelta(hours=self.chance.randrange(48))

    def _facts(self) -> Document:
        return {
            "site": self.chance.choice(["XP00", "XP11", "XP12"]),
            "theme": self.chance.choice(list(Theme)),
            "modes": self.chance.sample(list(Mode), 2),
        }

    def _resident(self) -> str:
        return f"R-{self.chance.randrange(1000, 1009)}"

    def _order(self) -> Event:
        order = f"ord_00000{self.chance.randrange(5)}"
        facts = self._facts() | {"order": order, "item": "itm_000001"}
        kind = self.chance.choice(
            ["placed", "accepted", "completed", "rated", "closed", "vetted", "published"]
        )
        if kind == "published":
            return orders.MenuItemPublished(
                item=facts["item"],
                title=self.chance.choice("甲乙丙"),
                theme=facts["theme"],
                modes=facts["modes"],
                hands=1,
                minutes=60,
                sites=[],
            )
        if kind == "placed":
            return orders.OrderPlaced(
                **facts,
                resident=self._resident(),
                on_behalf=self.chance.random() < 0.5,
                hands=1,
                starts_at=self._moment(),
                ends_at=self._moment(),
            )
        if kind == "accepted":
            return orders.OrderAccepted(
                **facts,
                acceptance="acc_000001",
                volunteer="vol_000001",
                team="team_000001",
                starts_at=self._moment(),
                ends_at=self._moment(),
            )
        if kind == "completed":
            minutes = self.chance.randrange(90)
            return orders.OrderCompleted(
                **facts, resident=self._resident(), hands=1, minutes=minutes
            )
        if kind == "rated":
            stars = self.chance.randrange(1, 6)
            return orders.OrderRated(**facts, stars=stars, automatic=False, on_behalf=False)
        if kind == "closed":
            return orders.OrderClosed(**facts)
        return orders.OrderVetted(**facts)

    def _hours(self) -> Event:
        return volunteers.HoursCredited(
            **self._facts(),
            entry="hrs_000001",
            volunteer="vol_000001",
            team="team_000001",
            minutes=self.chance.randrange(1, 200),
            service_date=date(2026, 9, 1) + timedelta(days=self.chance.randrange(90)),  # late, too
            order="ord_000001",
            acceptance="acc_000001",
            evidence="e",
        )

    def _activity(self) -> Event:
        facts = self._facts() | {"activity": "act_000001", "series": None}
        if self.chance.random() < 0.5:
            return events.ActivityHeld(**facts, starts_at=self._moment(), attendances=3)
        return events.RegistrationAttended(
            **facts,
            registration="reg_000001",
            resident=self._resident(),
            starts_at=self._moment(),
        )

    def _milestone(self) -> Event:
        facts: Document = {
            "site": "XP11",
            "construction": "con_000001",
            "milestone": self.chance.choice(["rooms", "rules", "opening"]),
            "phase": "build",
            "due_on": date(2026, 10, self.chance.randrange(1, 29)),
        }
        if self.chance.random() < 0.5:
            return reports.MilestonePlanned(**facts)
        reached = {"reached_on": facts["due_on"], "days_late": 0, "evidence": 1}
        return reports.MilestoneReached(**facts, **reached)
