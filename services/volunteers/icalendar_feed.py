"""Shifts and bookings as iCalendar (RFC 5545), for calendars of people.

No name and no volunteer is in it: whoever comes by a secret address learns when and where, not who.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar.cal import Component

REFRESH = timedelta(hours=1)
DOMAIN = "volunteers.shijian"
MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a calendar."""

    uid: str  # the same for ever, so that a calendar changes it and adds no second one
    revision: int
    summary: str
    site: str  # its title, or code
    starts_at: datetime
    ends_at: datetime
    firm: bool  # else it waits for an answer
    remind_minutes_before: tuple[int, ...] = ()


def write(title: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """A whole calendar; `now` is when it was asked for."""
    from icalendar import Calendar  # slow

    calendar = Calendar()
    calendar.add("prodid", "-//Shijian//Rosters//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime) -> "Component":
    from icalendar import Alarm, Event  # slow

    event = Event()
    event.add("uid", f"{entry.uid}@{DOMAIN}")
    event.add("dtstamp", now)
    event.add("sequence", entry.revision)
    event.add("summary", entry.summary)
    event.add("location", entry.site)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("status", "CONFIRMED" if entry.firm else "TENTATIVE")
    for minutes in entry.remind_minutes_before:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", timedelta(minutes=-minutes))
        event.add_component(alarm)
    return event
