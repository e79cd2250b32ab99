"""Calendars that people subscribe to (RFC 5545): stable UIDs, SEQUENCE, alarms, cancellations.

A program that has seen an entry finds it again by its UID. A higher SEQUENCE replaces what it had;
STATUS:CANCELLED takes it out. Times are UTC, so that no definition of a time zone is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar.cal import Component

MEDIA_TYPE = "text/calendar"
REFRESH = timedelta(minutes=30)  # how often a program should ask again
CACHED_SECONDS = 300
PRODUCT = "-//Shijian//实践//ZH"


class Standing(StrEnum):
    """How firm an entry is, in the words of RFC 5545 (3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"  # it waits for an answer
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a calendar, as iCalendar calls it."""

    uid: str  # the same for ever, also across calendars
    sequence: int  # goes up with each change that matters
    starts_at: datetime
    ends_at: datetime
    title: str
    changed_at: datetime | None = None  # None: nobody keeps it
    place: str = ""
    categories: tuple[str, ...] = ()
    standing: Standing = Standing.CONFIRMED
    remind_minutes_before: tuple[int, ...] = ()


def calendar(name: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """The whole calendar; `now` is when it was asked for."""
    from icalendar import Calendar  # heavy

    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add("x-wr-timezone", "Asia/Shanghai")
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        found.add_component(_event(entry, now))
    return bytes(found.to_ical())


def _event(entry: Entry, now: datetime) -> "Component":
    from icalendar import Event  # heavy

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at or now)
    if entry.changed_at:
        event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.title)
    event.add("status", entry.standing.value)
    if entry.place:
        event.add("location", entry.place)
    if entry.categories:
        event.add("categories", list(entry.categories))
    for minutes in entry.remind_minutes_before:
        event.add_component(_alarm(entry.title, minutes))
    return event


def _alarm(title: str, minutes: int) -> "Component":
    from icalendar import Alarm  # heavy

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm
