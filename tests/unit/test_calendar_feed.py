"""Calendars of people: iCalendar that another reader understands, behind an address that ends."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar as Ical
from pydantic import ValidationError

from services.volunteers.model.calendar_feed import CalendarFeed, FeedOf
from services.volunteers.model.commands import OpenFeed
from services.volunteers.rosters import Rosters
from shared.errors import Conflict
from shared.web.icalendar_feed import Entry, Standing, calendar
from tests.unit.builders import ANN, NOW

SECRET = "Vt4lq0n6Zr1yQkXw9sBh3mJd8uPc2fGa7eTi5oLxKbR"


def entry(**facts: object) -> Entry:
    usual: dict[str, object] = {
        "uid": "shf_one111@volunteers.shijian",
        "sequence": 3,
        "title": "窗口值班；咨询, 引导",
        "place": "民主路社区站",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=2),
    }
    return Entry(**(usual | facts))  # type: ignore[arg-type]


def test_another_reader_gets_back_what_was_written() -> None:
    content = calendar(
        "志愿服务",
        [entry(remind_minutes_before=(60,)), entry(uid="b", standing=Standing.TENTATIVE)],
        NOW,
    )

    read: Any = Ical.from_ical(content)
    first, second = read.walk("VEVENT")
    assert (read["VERSION"], str(read["X-WR-CALNAME"])) == ("2.0", "志愿服务")
    assert str(first["SUMMARY"]) == "窗口值班；咨询, 引导"
    assert (first.start, first.end) == (NOW, NOW + timedelta(hours=2))
    assert (first["UID"], int(first["SEQUENCE"])) == ("shf_one111@volunteers.shijian", 3)
    assert (str(first["STATUS"]), str(second["STATUS"])) == ("CONFIRMED", "TENTATIVE")
    assert len(first.walk("VALARM")) == 1
    assert b"TRIGGER:-PT1H" in content


def test_lines_end_as_the_standard_says_and_none_is_longer_than_75_octets() -> None:
    content = calendar("志愿服务", [entry(title="值班" * 40)], NOW)

    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75


@pytest.mark.parametrize(
    "secret", ["", "short", "a" * 43, SECRET[:-1], SECRET + " ", "ab" * 22, "密" * 43]
)
def test_a_secret_that_could_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError):
        OpenFeed(secret=secret, volunteer=ANN)
    OpenFeed(secret=SECRET, volunteer=ANN)


@pytest.mark.parametrize("owners", [{}, {"volunteer": ANN, "team": "team_one111"}])
def test_a_feed_is_of_one(owners: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        OpenFeed.model_validate({"secret": SECRET} | owners)


def test_the_id_is_a_hash_of_the_secret_and_a_feed_is_revoked_once() -> None:
    assert SECRET.lower()[:10] not in Rosters.feed_id(SECRET)
    assert Rosters.feed_id(SECRET) != Rosters.feed_id(SECRET[::-1])
    feed, _ = CalendarFeed.open(FeedOf.VOLUNTEER, ANN, "XP11")

    feed.revoke(NOW)

    with pytest.raises(Conflict):
        feed.revoke(NOW)
