"""Reads another service's feed: what a queue missed, and everything for a rebuild."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import urllib3

from shared.messaging.envelope import Envelope, Undecodable, from_attributes

TIMEOUT = urllib3.Timeout(connect=2.0, read=15.0)
PAGE = 1000  # events


class FeedUnreachable(Exception):
    """The publisher's feed can't be read now."""


@dataclass(frozen=True)
class Page:
    """Events behind a number, and where the log stands."""

    events: list[Envelope]
    head: int
    epoch: str


class FeedClient:
    """One for a process; connections are kept and shared by its threads."""

    def __init__(self, urls: Mapping[str, str], key: str) -> None:
        self._urls = urls
        self._headers = {"Authorization": f"Bearer {key}"}
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, maxsize=4)

    def events(
        self, source: str, types: Sequence[str], through: int, after: int = 0
    ) -> Iterator[Envelope]:
        """Every event of these types behind one number and up to another, page by page. Raises
        FeedUnreachable."""
        wanted = "&type=" + ",".join(types)
        while after < through:
            page = self._page(source, after, PAGE, wanted)
            for each in page.events:
                if each.sequence > through:
                    return
                yield each
            if len(page.events) < PAGE:
                return
            after = page.events[-1].sequence

    def place_before(self, source: str, moment: datetime, through: int) -> int:
        """The number behind which events are of a moment or later, found by halving, so in some
        twenty looks whatever the length of the log. Its times follow its order but for minutes:
        ask for a moment well before the one that matters. Raises FeedUnreachable."""
        low, high = 0, through
        while low < high:
            middle = (low + high) // 2
            found = self.page(source, middle, 1).events
            if found and found[0].time < moment:
                low = middle + 1
            else:
                high = middle
        return low

    def filtered(
        self, source: str, after: int, limit: int, types: Sequence[str], sites: Sequence[str]
    ) -> Page:
        """A page of some types and sites; empty means all. Raises FeedUnreachable."""
        wanted = f"&type={','.join(types)}" if types else ""
        wanted += f"&site={','.join(sites)}" if sites else ""
        return self._page(source, after, limit, wanted)

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        """Raises FeedUnreachable, also for an answer that is not a feed's."""
        return self._page(source, after, limit)

    def pages(self, source: str, after: int) -> Generator[Page, None, None]:
        """Page by page, to the one that is empty. While one is worked on, the next is fetched.
        Raises FeedUnreachable."""
        with ThreadPoolExecutor(1, "feed") as ahead:
            page = self.page(source, after)
            while page.events:
                after = page.events[-1].sequence
                following = ahead.submit(self.page, source, after) if after < page.head else None
                yield page
                page = following.result() if following else self.page(source, after)
            yield page

    def _page(self, source: str, after: int, limit: int, wanted: str = "") -> Page:
        url = f"{self._urls[source]}/v1/feed?after={after}&limit={limit}{wanted}"
        try:
            answer = self._pool.request("GET", url, headers=self._headers)
            if answer.status != 200:
                raise FeedUnreachable(f"{source} answered {answer.status}")
            feed = json.loads(answer.data)
            events = [from_attributes(raw) for raw in feed["events"]]
            return Page(events, feed["head"], feed["epoch"])
        except (
            urllib3.exceptions.HTTPError,
            ValueError,
            KeyError,
            TypeError,
            Undecodable,
        ) as error:
            raise FeedUnreachable(f"{source}: {type(error).__name__}") from error
