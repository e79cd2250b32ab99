"""What the public sees: the projection of activities, and its calendar, read by two programs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from services.events.model import holding, timetable
from services.events.model.activity import Activity
from services.events.model.commands import CancelActivity
from services.events.model.commands.programme import (
    CancelProgramme,
    CancelProgrammeSession,
    MoveProgrammeSession,
    OpenProgramme,
)
from services.events.model.programme import Programme
from services.events.projections import Listing
from shared.contracts.base import Event
from shared.contracts.events import RoomReserved
from shared.messaging.envelope import Envelope
from shared.web.icalendar_feed import Entry, Standing, calendar
from tests.unit.builders import HOUR, NOW, STARTS, announce, session
from tests.unit.test_holding import booking, terms

A, B = session("a", room="hall"), session("b")


def envelope(sequence: int) -> Envelope:
    return Envelope(
        id=f"e{sequence}", source="events", type="x", subject="x", time=NOW, sequence=sequence,
        epoch="epoch1", correlation="", traceparent="", data={}, raw={},
    )  # fmt: skip


def listed(*told: Event) -> dict[str, Any]:
    document: dict[str, Any] = {"_id": "act_one111", "heard": {}}
    for sequence, event in enumerate(told, 1):
        if isinstance(event, Listing.hears):
            assert Listing().keys(event, envelope(sequence)) in (["act_one111"], ["prg_one111"])
            Listing().fold(document, event, envelope(sequence))
    return document


def announced() -> tuple[Activity, list[Event]]:
    return Activity.announce("act_one111", announce(sessions=[A, B], audience=["elderly"]), NOW)


def reserved(activity: Activity, code: str) -> RoomReserved:
    return RoomReserved(
        site="XP11", room="hall", booking=booking(activity, code), activity=activity.id,
        session=code, starts_at=STARTS, ends_at=STARTS + HOUR,
    )  # fmt: skip


def test_a_listing_names_a_room_when_it_is_theirs_and_forgets_it_when_it_moves() -> None:
    activity, told = announced()
    before = listed(*told)["sessions"]["a"]
    told.append(reserved(activity, "a"))
    having = listed(*told)["sessions"]["a"]
    told += holding.change(activity, terms(sessions=[A | {"room": "yard"}, B]), NOW)

    assert (before["has_room"], having["has_room"]) == (False, True)
    after = listed(*told)["sessions"]["a"]
    assert (after["room"], after["has_room"]) == ("yard", False)


def test_what_is_cancelled_or_taken_out_stays_marked() -> None:
    activity, told = announced()
    told += holding.change(activity, terms(sessions=[B]), NOW)
    assert listed(*told)["sessions"]["a"]["cancelled"] is True
    told += holding.cancel(activity, CancelActivity(reason="雨"), NOW)

    found = listed(*told)

    assert found["cancelled"] is True
    assert found["revision"] == activity.revision == 2


def test_a_listing_knows_nobody() -> None:
    _, told = announced()
    assert not {"registrations", "people", "waiting", "resident"} & listed(*told).keys()


def test_a_programme_is_listed_and_follows_what_becomes_of_its_sessions() -> None:
    days = [STARTS + timedelta(days=day) for day in range(3)]
    body = {
        "site": "XP11", "title": "新市民课堂", "audience": "migrant-workers", "theme": "civility",
        "capacity": 9, "completes_with": 2,
        "sessions": [{"title": "课", "starts_at": day, "ends_at": day + HOUR} for day in days],
    }  # fmt: skip
    programme, told = Programme.open("prg_one111", OpenProgramme.model_validate(body), NOW)
    before = listed(*told)
    later = days[2] + timedelta(days=7)
    command = MoveProgrammeSession(session=3, starts_at=later, ends_at=later + HOUR)
    told += timetable.move(programme, command, NOW)
    told += timetable.cancel_session(
        programme, CancelProgrammeSession(session=1, reason="台风"), NOW
    )
    found = listed(*told)
    told += programme.cancel(CancelProgramme(reason="停课"), NOW)

    assert (before["kind"], before["audience"]) == ("programme", ["migrant-workers"])
    assert [s["cancelled"] for s in found["sessions"].values()] == [True, False, False]
    assert (found["ends_at"], found["revision"]) == (later + HOUR, 2)
    assert found["sessions"]["3"]["starts_at"] == later
    assert found["cancelled"] is False
    assert (listed(*told)["cancelled"], listed(*told)["revision"]) == (True, 3)


# ---- the calendar ----


def entry(**facts: Any) -> Entry:
    usual: dict[str, Any] = {
        "uid": "act_one111-1@activities.shijian",
        "sequence": 0,
        "changed_at": NOW,
        "starts_at": STARTS,
        "ends_at": STARTS + HOUR,
        "title": "岁岁重阳·祈愿安康; 文艺演出, 茶话会\\联欢" * 3,
        "place": "站北社区新时代文明实践站 道德讲堂",
        "categories": ("传文化", "节日活动"),
    }
    return Entry(**(usual | facts))


class Subscriber:
    """A program that keeps what it has seen, as RFC 5545 and 5546 say: by UID, newer SEQUENCE."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, str]] = {}
        self._seen: dict[str, int] = {}

    def refresh(self, content: bytes) -> None:
        for event in events_of(content):
            uid, sequence = event["UID"], int(event["SEQUENCE"])
            if sequence < self._seen.get(uid, 0):
                continue
            self._seen[uid] = sequence
            self.shown.pop(uid, None)
            if event["STATUS"] != "CANCELLED":
                self.shown[uid] = event


def events_of(content: bytes) -> list[dict[str, str]]:
    """A second reader, written from RFC 5545 (3.1, 3.3.11), that is strict where it is."""
    text = content.decode()
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    lines = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]
    assert (unfolded[0], unfolded[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found: list[dict[str, str]] = []
    for line in unfolded:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^:;]+)*):(.*)", line)
        assert match, line
        name, value = match[1], match[3]
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        elif found and name not in ("BEGIN", "END"):
            assert name not in found[-1], f"{name} twice"
            found[-1][name] = re.sub(r"\\([\\;,])", r"\1", value)
    for event in found:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE"} <= event.keys()
        assert all(re.fullmatch(r"\d{8}T\d{6}Z", event[n]) for n in ("DTSTAMP", "DTSTART"))
    return found


def test_two_programs_read_the_same_calendar() -> None:
    content = calendar("XP11 活动", [entry(), entry(uid="act_two222-1@activities.shijian")], NOW)

    first = icalendar.Calendar.from_ical(content)
    second = events_of(content)

    assert first.errors == [] and str(first["x-wr-calname"]) == "XP11 活动"
    events = first.walk("VEVENT")
    assert [str(each["uid"]) for each in events] == [each["UID"] for each in second]
    assert str(events[0]["summary"]) == second[0]["SUMMARY"] == entry().title
    assert events[0].decoded("dtstart") == STARTS
    assert datetime.strptime(second[0]["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) == STARTS
    assert all(each.errors == [] for each in events)


def test_a_changed_session_updates_and_a_cancelled_one_vanishes() -> None:
    program = Subscriber()
    program.refresh(calendar("x", [entry(title="讲座")], NOW))
    later = STARTS + timedelta(days=1)
    program.refresh(calendar("x", [entry(sequence=1, starts_at=later, ends_at=later + HOUR)], NOW))

    [shown] = program.shown.values()
    assert shown["DTSTART"] == f"{later:%Y%m%dT%H%M%SZ}"
    program.refresh(calendar("x", [entry(sequence=2, standing=Standing.CANCELLED)], NOW))
    assert program.shown == {}


@pytest.mark.parametrize("broken", [b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", b"BEGIN:VCALENDAR\r\n"])
def test_the_second_reader_takes_no_broken_calendar(broken: bytes) -> None:
    with pytest.raises(AssertionError):
        events_of(broken)
