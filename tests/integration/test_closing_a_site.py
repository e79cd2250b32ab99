"""A site closes while activities and programmes are announced: nothing stays behind, whichever is
first, and however often it is heard."""

from itertools import permutations
from typing import Any

import pytest

from services.events.model.activity import Activity
from services.events.model.commands import AddRoom, BookRoom, CloseSite, OpenSite
from services.events.model.commands.programme import OpenProgramme
from services.events.model.programme import Programme
from services.events.model.room_calendar import RoomCalendar
from services.events.model.site import Site
from services.events.reactions import REACTIONS
from services.events.store import Store, room_id, site_id
from shared.contracts.base import Event
from shared.contracts.vocabulary import SiteLevel
from shared.messaging.envelope import Envelope
from shared.messaging.reactions import Heard
from shared.storage.aggregates import Origin
from tests.integration.rig import Rig
from tests.integration.test_protocol_acceptance import Clock, calm_kit
from tests.unit.builders import HOUR, announce

US = Origin(client="test", command="test")
STEPS = ("announce", "hear-announced", "close", "hear-closed")
WITHOUT_LATE_LOOK = ("close", "hear-closed", "announce", "hear-announced")
ORDERS = [
    each
    for each in permutations(STEPS)
    if each.index("announce") < each.index("hear-announced")
    and each.index("close") < each.index("hear-closed")
]


class Desk:
    """The events service on a database of its own; what it tells is heard when the test says."""

    def __init__(self, rig: Rig) -> None:
        self.clock = Clock()
        self.store = Store(calm_kit(rig, "events", self.clock))
        site = OpenSite(code="XP11", level=SiteLevel.STATION, title="站北", title_en="Zhanbei")
        self.store.sites.make(site_id("XP11"), US, lambda now: Site.open(site))
        room = AddRoom(code="hall", title="讲堂", capacity=60)
        self.store.sites.change(site_id("XP11"), US, lambda it, now: it.add_room(room, now))
        self.told: list[Event] = []

    def announce(self) -> None:
        starts = self.clock.now() + 2 * HOUR
        times: dict[str, Any] = {"starts_at": starts, "ends_at": starts + HOUR}
        self.store.activities.make(
            "act_one111", US,
            lambda now: self._note(Activity.announce("act_one111", announce(**times), now)),
        )  # fmt: skip
        body = {
            "site": "XP11", "title": "课堂", "audience": "newcomers", "theme": "civility",
            "capacity": 9, "completes_with": 1, "sessions": [times | {"title": "课"}],
        }  # fmt: skip
        course = OpenProgramme.model_validate(body)
        self.store.programmes.make(
            "prg_one111", US, lambda now: self._note(Programme.open("prg_one111", course, now))
        )

    def book(self) -> None:
        starts = self.clock.now() + 5 * HOUR
        command = BookRoom(starts_at=starts, ends_at=starts + HOUR, purpose="广场舞")
        self.store.rooms.change(
            room_id("XP11", "hall"), US, lambda it, now: it.book("bkg_one111", command, now),
            initial=lambda: RoomCalendar("XP11", "hall"),
        )  # fmt: skip

    def close(self) -> None:
        def decide(site: Site, now: Any) -> Any:
            return self._note((site, site.close(now, CloseSite(reason="合并"))))[1]

        self.store.sites.change(site_id("XP11"), US, decide)

    def hear(self, name: str) -> None:
        """Twice, as it may come."""
        for number, event in enumerate(self.told * 2):
            if type(event).type.split(".")[3] in (name, "opened" if name == "announced" else name):
                envelope = Envelope(
                    id=f"e{number % len(self.told)}-{name}", source="events", type="x",
                    subject="x", time=self.clock.now(), sequence=1, epoch="epoch1",
                    correlation="", traceparent="", data={}, raw={},
                )  # fmt: skip
                REACTIONS[type(event)](self.store, event, Heard("reactions", envelope))

    def states(self) -> tuple[str, str]:
        activity = self.store.activities.load("act_one111").state
        programme = self.store.programmes.load("prg_one111").state
        return activity.status, programme.status

    def _note(self, made: Any) -> Any:
        self.told += made[1]
        return made


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_nothing_stays_behind_in_any_order(rig: Rig, order: tuple[str, ...]) -> None:
    desk = Desk(rig)
    for step in order:
        if order == WITHOUT_LATE_LOOK and step == "hear-announced":
            assert desk.states() == ("announced", "open")  # the closing has not seen them
        verb, _, what = step.partition("-")
        desk.hear(what) if what else getattr(desk, verb)()
    assert desk.states() == ("cancelled", "cancelled")


def test_others_bookings_are_given_back_and_a_room_is_booked_no_more(rig: Rig) -> None:
    desk = Desk(rig)
    desk.book()
    desk.close()
    desk.hear("closed")
    calendar = desk.store.rooms.load(room_id("XP11", "hall")).state
    assert (calendar.status, calendar.bookings) == ("closed", {})
