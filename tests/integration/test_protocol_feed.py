"""PROTOCOL 2 and 7: the feed has no gap while the relay appends; a filtered one shows its own.

The real routes answer; between the steps of an answer the relay goes on, called by the test's log.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask

from shared.messaging.event_log import EventLog, Filter, Logged
from shared.service import Service
from shared.web import feed
from shared.web.clients import Client
from tests.integration.rig import Judge, Rig, Shelf, once_each, protected

CLIENT = Client("reader", "reader", frozenset({"feed:read"}), frozenset({"*"}))
Answer = dict[str, Any]


class BusyLog(EventLog):
    """More is told at every look at it."""

    meanwhile: Callable[[], object] | None = None

    def head(self) -> int:
        found = super().head()
        self._tell_more()
        return found

    def read(self, after: int, limit: int, wanted: Filter = Filter()) -> list[Logged]:
        found = super().read(after, limit, wanted)
        self._tell_more()
        return found

    def _tell_more(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
            self.meanwhile = meanwhile


def _reader(rig: Rig, shelf: Shelf) -> Callable[[str], Answer]:
    app = Flask(__name__)
    kit = rig.kit("jars", shelf.database, log=shelf.log)
    feed.add(app, Service(kit=kit, app=None, aggregates=[]), lambda: CLIENT)
    client = app.test_client()

    def get(query: str) -> Answer:
        answer: Answer = client.get(f"/v1/feed?{query}").get_json()
        return answer

    return get


def _goes_on_from_next(shelf: Shelf, page: Answer) -> int:
    return int(page["next"])


def _goes_on_from_the_head(shelf: Shelf, page: Answer) -> int:
    """Control: takes the head as it is after the page was read for the end of the page."""
    return EventLog.head(shelf.log)


@protected(_goes_on_from_next, (_goes_on_from_the_head, "lost"))
def test_a_reader_who_follows_the_feed_misses_nothing_that_is_told_meanwhile(
    rig: Rig, part: Callable[[Shelf, Answer], int], judge: Judge
) -> None:
    shelf = rig.shelf(log=BusyLog)
    get, numbers = _reader(rig, shelf), iter(range(1, 13))

    def tell_more() -> None:
        for number in numbers:
            shelf.tell(number)
            return

    shelf.log.meanwhile = tell_more  # type: ignore[attr-defined]
    heard: list[int] = []
    after, looks = 0, 0
    while looks < 12:
        page = get(f"after={after}&limit=5")
        heard += [event["data"]["number"] for event in page["events"]]
        after = part(shelf, page)
        looks += 1
    judge(once_each(heard, 12))


def test_a_filtered_feed_shows_its_own_gaps_by_the_sequence_before(rig: Rig) -> None:
    shelf = rig.shelf()
    get = _reader(rig, shelf)
    shelf.tell(1, 2, 3, 4)
    shelf.database["event_log"].update_many({"_id": {"$in": [1, 4]}}, {"$set": {"site": "XP11"}})
    everything = get("after=0&site=XP11")["events"]
    assert [(int(e["sequence"]), e["previous"]) for e in everything] == [(1, 0), (4, 1)]
    # Who has missed the first one sees it: the one before the fourth is not what they have.
    assert get("after=2&site=XP11")["events"][0]["previous"] == 1
