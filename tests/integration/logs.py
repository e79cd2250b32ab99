"""The logs of all services, and their feeds: what subscribers are told from."""

import json
from datetime import UTC, datetime
from typing import Any

from shared.messaging.envelope import from_attributes
from shared.messaging.event_log import EventLog, Filter
from shared.messaging.feed_client import Page
from shared.settings import SERVICES
from shared.web.feed import bodies_of
from tests.integration.rig import LogFeeds, Rig


def logs_of_all(rig: Rig) -> dict[str, EventLog]:
    """By service; empty."""
    return {name: EventLog(rig.database(), name) for name in SERVICES}


def tell(log: EventLog, count: int, site: str = "XP11") -> None:
    """So many events more."""
    head = log.head()
    told = [
        {
            "id": f"{log.source}{head + number}",
            "type": "shijian.orders.order.vetted.v1",
            "subject": f"ord_{number % 3}",
            "site": site,
            "time": datetime.now(UTC),
            "data": {"number": number},
            **dict.fromkeys(("correlation", "causation", "traceparent"), ""),
        }
        for number in range(1, count + 1)
    ]
    log.append(told, head, log.epoch())


class Feeds(LogFeeds):
    """With filters, as the real ones answer them."""

    def filtered(self, source: str, after: int, limit: int, types: Any, sites: Any) -> Page:
        log, wanted = self.logs[source], Filter(tuple(types), tuple(sites))
        head = log.head()
        bodies = bodies_of(log, log.read(after, limit, wanted), after, wanted)
        return Page([from_attributes(json.loads(body)) for body in bodies], head, log.epoch())
