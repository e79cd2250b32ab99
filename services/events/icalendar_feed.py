"""Calendars that people subscribe to (RFC 5545): stable UIDs, SEQUENCE, cancellations.

A program that has seen an entry finds it again by its UID. A higher SEQUENCE replaces what it had;
STATUS:CANCELLED takes it out. Times are UTC, so that no definition of a time zone is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MEDIA_TYPE = "text/calendar"
REFRESH = timedelta(minutes=30)  # how often a program should ask again
CACHED_SECONDS = 300
PRODUCT = "-//Shijian//实践//ZH"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a calendar, as iCalendar calls it."""

    uid: str  # the same for ever, also across calendars
    sequence: int  # goes up with each change that matters
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    categories: tuple[str, ...] = ()
    cancelled: bool = False


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """The whole calendar."""
    import icalendar  # heavy

    found = icalendar.Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add("x-wr-timezone", "Asia/Shanghai")
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("dtstart", entry.starts_at)
        event.add("dtend", entry.ends_at)
        event.add("summary", entry.title)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        if entry.place:
            event.add("location", entry.place)
        if entry.categories:
            event.add("categories", list(entry.categories))
        found.add_component(event)
    content: bytes = found.to_ical()
    return content
