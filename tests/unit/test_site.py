"""A site's rooms, moves, leading group, responsible person and work plans."""

import copy
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import bson
import pytest
from pydantic import TypeAdapter, ValidationError

from services.events.model import commands as asked
from services.events.model.datum import to_gcj02
from services.events.model.site import MOST_NAMED, Site, SiteStatus, StillToCome
from shared.contracts.base import Event
from shared.contracts.events import (
    OpeningHours,
    Position,
    RoomClosed,
    RoomOpened,
    SiteChanged,
    SiteLed,
    SiteOpened,
    SiteWorkPlanned,
)
from shared.contracts.vocabulary import SiteLevel
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import NOW

FACTS: dict[str, Any] = {"level": SiteLevel.STATION, "title": "站北", "title_en": "Zhanbei"}
MARCH, MAY = date(2020, 3, 1), date(2020, 5, 1)
HALL = asked.AddRoom(code="hall", title="道德讲堂", capacity=60, equipment=["投影仪"])
PLACE = Position(latitude=34.6, longitude=119.17)
GIVEN = asked.GivenPosition(latitude=34.6, longitude=119.17)


def site() -> Site:
    opened, _ = Site.open(asked.OpenSite(code="XP11", **FACTS))
    opened.add_room(HALL, NOW)
    return opened


def group(head: str, since: date) -> asked.AppointLeadingGroup:
    duties = {head: asked.Duty.HEAD, "P-0002": asked.Duty.MEMBER}
    members = [
        asked.Member(person=person, duty=duty, post="社区书记") for person, duty in duties.items()
    ]
    return asked.AppointLeadingGroup(members=members, since=since)


def responsible(since: date) -> asked.NameResponsible:
    return asked.NameResponsible(person="P-0003", post="社区主任", since=since)


def work_plan(year: int = 2026) -> asked.LayDownWorkPlan:
    return asked.LayDownWorkPlan(year=year, title="全年活动计划", text="每月一讲")


ASKED: dict[str, Callable[[Site], Sequence[Event]]] = {
    "change": lambda site: site.change(asked.ChangeSite(**FACTS), NOW),
    "move": lambda site: site.move(asked.MoveSite(address="海连路 1 号", since=MAY), NOW),
    "add-room": lambda site: site.add_room(HALL.model_copy(update={"code": "yard"}), NOW),
    "appoint": lambda site: site.appoint(group("P-0001", MARCH), NOW),
    "name-responsible": lambda site: site.name_responsible(responsible(MARCH), NOW),
    "plan": lambda site: site.lay_down_plan(work_plan(), NOW),
    "close-room": lambda site: site.close_room("hall", NOW),
    "close": lambda site: site.close(NOW),
}


@pytest.mark.parametrize("command", ASKED)
def test_an_open_site_takes_every_command_and_a_closed_one_none(command: str) -> None:
    assert ASKED[command](site())
    closed = site()
    closed.close(NOW)
    before = copy.deepcopy(closed)

    with pytest.raises(Conflict):
        ASKED[command](closed)

    assert closed == before


def test_a_room_is_told_with_its_facts_and_again_when_they_change() -> None:
    opened, _ = Site.open(asked.OpenSite(code="XP11", **FACTS))
    [added] = opened.add_room(HALL, NOW)
    [changed] = opened.change_room("hall", asked.ChangeRoom(title="讲堂", capacity=40), NOW)

    assert isinstance(added, RoomOpened) and isinstance(changed, RoomOpened)
    assert (added.capacity, added.equipment) == (60, ["投影仪"])
    assert (changed.capacity, changed.equipment) == (40, [])


def test_a_room_has_its_code_alone_and_a_closed_one_stays_closed() -> None:
    found = site()
    with pytest.raises(Conflict) as refused:
        found.add_room(HALL, NOW)
    assert refused.value.extra["existing"] == "hall"

    [event] = found.close_room("hall", NOW)
    assert isinstance(event, RoomClosed)
    with pytest.raises(Conflict):
        found.change_room("hall", asked.ChangeRoom(title="讲堂", capacity=1), NOW)
    with pytest.raises(NotFound):
        found.close_room("roof", NOW)


def test_a_move_keeps_where_the_site_was_and_tells_where_it_is() -> None:
    found = site()
    found.address = "解放路 2 号"
    command = asked.MoveSite(address="海连路 1 号", position=GIVEN, since=MAY, reason="改造")

    [event] = found.move(command, NOW)

    assert isinstance(event, SiteChanged) and event.position == PLACE
    assert "address" not in event.model_dump()
    [before] = found.places
    assert (before.address, before.until, found.address) == (
        "解放路 2 号",
        "2020-05-01",
        "海连路 1 号",
    )
    with pytest.raises(Unprocessable):
        found.move(command.model_copy(update={"since": MARCH}), NOW)


IN_GCJ02 = [  # WGS 84, GCJ-02; the test vectors of eviltransform: Shanghai, Shenzhen, Beijing
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("true", "shifted"), IN_GCJ02)
def test_a_position_of_a_chinese_map_is_kept_and_told_in_wgs84(
    true: tuple[float, float], shifted: tuple[float, float]
) -> None:
    assert to_gcj02(*true) == pytest.approx(shifted, abs=1e-9)
    at = {"latitude": shifted[0], "longitude": shifted[1], "datum": "gcj-02"}
    command = asked.OpenSite.model_validate({"code": "XP11", "position": at, **FACTS})

    opened, [event] = Site.open(command)

    assert isinstance(event, SiteOpened) and event.position == opened.position
    assert opened.position is not None
    found = (opened.position.latitude, opened.position.longitude)
    assert found == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize(
    "at",
    [
        {"latitude": 119.17, "longitude": 34.6},  # the wrong way round
        {"latitude": 34.6, "longitude": -119.17},
        {"latitude": 34.6},
        {"latitude": float("nan"), "longitude": 119.17},
        {"latitude": 34.6, "longitude": 119.17, "datum": "bd-09"},
    ],
)
def test_a_position_is_within_china_and_in_a_known_datum(at: dict[str, Any]) -> None:
    for command in (asked.GivenPosition, lambda **it: asked.ChangeSite(position=it, **FACTS)):
        with pytest.raises(ValidationError):
            command(**at)


def test_a_schematic_place_is_told_beside_the_position_and_goes_with_a_move() -> None:
    opened, [event] = Site.open(asked.OpenSite(code="XP11", drawn_at=GIVEN, **FACTS))
    assert isinstance(event, SiteOpened)
    assert (event.position, event.drawn_at) == (None, PLACE)

    [moved] = opened.move(asked.MoveSite(address="海连路 1 号", position=GIVEN, since=MAY), NOW)

    assert isinstance(moved, SiteChanged)
    assert (moved.position, moved.drawn_at) == (PLACE, None)


def test_a_closing_names_who_takes_over() -> None:
    found = site()
    found.close(NOW, asked.CloseSite(reason="合并", successor="XP12"))
    assert (found.status, found.reason, found.successor) == (SiteStatus.CLOSED, "合并", "XP12")


@pytest.mark.parametrize("sort", ["activities", "programmes", "bookings"])
def test_a_site_where_something_is_to_come_closes_only_with_it(sort: str) -> None:
    ids = [f"any_no{number:06}" for number in range(MOST_NAMED + 1)]
    found, to_come = site(), StillToCome(**{sort: ids})

    for command in (None, asked.CloseSite(reason="合并")):
        with pytest.raises(Conflict) as refused:
            found.close(NOW, command, to_come)
        assert refused.value.extra["to_come"] == {
            sort: {"count": MOST_NAMED + 1, "ids": ids[:MOST_NAMED]}
        }
    assert found.status is SiteStatus.OPEN

    assert found.close(NOW, asked.CloseSite(call_off=True), to_come)
    assert site().close(NOW, None, StillToCome())


def test_leading_groups_follow_one_another_and_stay_on_record() -> None:
    found = site()
    found.appoint(group("P-0001", MARCH), NOW)
    [event] = found.appoint(group("P-0009", MAY), NOW)

    assert isinstance(event, SiteLed)
    assert (event.head, event.members) == ("P-0009", 2)
    assert [each.since for each in found.leadership.groups] == ["2020-03-01", "2020-05-01"]
    with pytest.raises(Unprocessable) as refused:
        found.appoint(group("P-0001", MARCH), NOW)
    assert refused.value.fields[0].field == "since"


def test_a_leading_group_has_one_head() -> None:
    member = {"person": "P-0001", "duty": asked.Duty.MEMBER, "post": "书记"}
    with pytest.raises(ValidationError, match="exactly one head"):
        asked.AppointLeadingGroup(members=[asked.Member(**member)], since=MARCH)


def test_a_plan_laid_down_again_is_its_next_revision() -> None:
    found = site()
    found.lay_down_plan(work_plan(), NOW)
    found.lay_down_plan(work_plan(2027), NOW)
    [event] = found.lay_down_plan(work_plan(), NOW)

    assert isinstance(event, SiteWorkPlanned) and event.revision == 2
    revisions = [(each.year, each.revision) for each in found.leadership.plans]
    assert revisions == [(2026, 1), (2027, 1), (2026, 2)]


def test_opening_hours_go_forward() -> None:
    with pytest.raises(ValidationError, match="closes should be after opens"):
        OpeningHours(weekday=1, opens="18:00", closes="09:00")


def test_everything_that_is_kept_of_a_site_can_be_stored() -> None:
    found = site()
    for command in ASKED.values():
        command(found)
    assert bson.encode(TypeAdapter(Site).dump_python(found))
