"""The count of a round on the real MongoDB: killed after each of its steps, or done by two."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.events.model.campaign import Campaign, CampaignStatus
from services.events.model.commands.campaign import CastVote
from services.events.selections import INDEXES, Selections
from shared.contracts.events import BallotsPublished, CampaignRoundCounted
from shared.errors import Conflict
from shared.storage import master_keys
from shared.storage.aggregates import Origin
from shared.storage.mongo import Document, prepare
from tests.integration.rig import Rig
from tests.unit.selecting import ANN, BOB, CAI, CAMPAIGN, CLOSES, OPENS, voting

BOX = f"{CAMPAIGN}-1"
COUNT = Origin(client="clocks", command="campaigns.count", key=BOX)
VOTES = [ANN] * 5 + [BOB] * 3 + [CAI]


class Killed(Exception):
    """What stands for the end of the process."""


class At:
    """A clock that a test sets."""

    moment = OPENS

    def now(self) -> datetime:
        return self.moment


class Hall:
    """A campaign whose round has closed; each `process` has its own stores."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig, self.clock, self.keys = rig, At(), folder / "master-keys"
        master_keys.add(self.keys)
        self.database = rig.database()
        prepare(self.database, INDEXES)
        first = self.process()
        made = Origin(client="t", command="make")
        first.campaigns.make(CAMPAIGN, made, lambda now: (voting(), []))
        first.boxes.set_up(BOX)
        for number, choice in enumerate(VOTES):
            vote = CastVote(voter=f"R-{number:06}", site="XP11", choices=[choice])
            first.vote(CAMPAIGN, vote, f"key-{number}")
        self.clock.moment = CLOSES
        first.campaigns.change(CAMPAIGN, made, Campaign.pass_time)

    def process(self) -> Selections:
        kit = self.rig.kit("events", self.rig.open(self.database.name), clock=self.clock)
        return Selections(
            replace(kit, settings=replace(kit.settings, personal_keys_file=self.keys))
        )

    def told(self, kind: Any) -> list[Document]:
        """Events of a type that wait in outboxes."""
        rows = [row for name in ("campaigns", "ballots") for row in self.database[name].find()]
        return [each for row in rows for each in row["outbox"] if each["type"] == kind.type]


STEPS: dict[str, Callable[[Selections], tuple[Any, str]]] = {
    "the box is closed": lambda it: (it.boxes, "close"),
    "the envelopes are opened": lambda it: (it.boxes, "open_envelopes"),
    "the list is published": lambda it: (it.ballots, "make"),
    "the campaign is changed": lambda it: (it.campaigns, "change"),
}


def dying(selections: Selections, step: str) -> Selections:
    """A process that comes to its end after a step."""
    part, name = STEPS[step](selections)
    does = getattr(part, name)

    def last(*arguments: Any, **more: Any) -> None:
        does(*arguments, **more)
        raise Killed

    setattr(part, name, last)
    return selections


def assert_counted_once(hall: Hall) -> None:
    state = hall.process().campaigns.load(CAMPAIGN).state
    assert state.status is CampaignStatus.RESULT_ANNOUNCED
    assert state.rounds[0].voices == len(VOTES)
    assert [(row.nominee, row.marks) for row in state.rounds[0].standings][:3] == [
        *((ANN, 5), (BOB, 3), (CAI, 1))
    ]
    assert len(hall.told(CampaignRoundCounted)) == len(hall.told(BallotsPublished)) == 1
    assert hall.database["voices"].count_documents({"sealed": {"$exists": True}}) == 0
    assert hall.database["boxes"].count_documents({"private": {"$exists": True}}) == 0


@pytest.mark.parametrize("step", STEPS)
def test_a_count_that_is_killed_after_a_step_is_done_once_by_the_next_process(
    rig: Rig, tmp_path: Path, step: str
) -> None:
    hall = Hall(rig, tmp_path)
    first, second = dying(hall.process(), step), hall.process()
    loaded = first.campaigns.load(CAMPAIGN)

    with pytest.raises(Killed):
        first.count(loaded, COUNT)
    second.count(loaded, COUNT)  # also where the first had changed the campaign already
    second.burn_boxes()
    assert_counted_once(hall)


def test_a_count_that_was_held_up_until_another_had_burnt_the_box_changes_nothing(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    first, second = hall.process(), hall.process()
    loaded = first.campaigns.load(CAMPAIGN)
    second.count(loaded, COUNT)
    second.burn_boxes()

    with pytest.raises(Conflict, match="burnt"):
        first.count(loaded, COUNT)
    assert_counted_once(hall)


def test_a_box_is_not_burnt_before_its_round_is_counted(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    hall.process().burn_boxes()
    assert hall.database["boxes"].count_documents({"private": {"$exists": True}}) == 1
    hall.process().count(hall.process().campaigns.load(CAMPAIGN), COUNT)
    hall.process().burn_boxes()
    assert_counted_once(hall)
