"""Where in a log events of a moment begin, found without reading what is before it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.messaging.event_log import EventLog
from shared.messaging.feed_client import PAGE, Page
from tests.integration.rig import LogFeeds, Rig

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
HOURS = 300


class Counting(LogFeeds):
    """How many events have been read."""

    read = 0

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        page = super().page(source, after, limit)
        self.read += len(page.events)
        return page


def feeds_of_an_event_each_hour(rig: Rig) -> Counting:
    log = EventLog(rig.database(), "jars")
    told = [
        {
            "id": f"{number:032x}",
            "type": "shijian.jars.jar.filled.v1",
            "subject": "jar_one",
            "site": None,
            "time": BEGAN + timedelta(hours=number),
            "data": {"jar": "jar_one", "number": number},
            "correlation": "",
            "causation": "",
            "traceparent": "",
        }
        for number in range(HOURS)
    ]
    log.append(told, 0, log.epoch())
    return Counting(log)


@pytest.mark.parametrize(
    ("hours", "place"), [(-5, 0), (0, 0), (0.5, 1), (1, 1), (117, 117), (299, 299), (1000, 300)]
)
def test_the_place_before_a_moment_is_found_in_a_few_looks(
    rig: Rig, hours: float, place: int
) -> None:
    feeds = feeds_of_an_event_each_hour(rig)

    assert feeds.place_before("jars", BEGAN + timedelta(hours=hours), HOURS) == place
    assert feeds.read <= 10
