"""Helpers' shifts are what their activity wants, however late and often it is heard."""

import random
from datetime import timedelta
from typing import Any

from services.events.model import holding
from services.events.model.activity import Activity
from services.events.model.commands import AnnounceActivity, CancelActivity, ChangeActivity
from services.events.model.posts import wanted
from services.volunteers.model.occasion import Named, Occasion
from services.volunteers.reactions import REACTIONS
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.contracts.events import ActivityFactsEvent
from shared.messaging.envelope import Envelope
from shared.messaging.reactions import Heard
from shared.storage.aggregates import Aggregates
from tests.integration.rig import Judge, Rig, protected
from tests.integration.test_protocol_acceptance import Clock, calm_kit

ACTIVITY = "act_one111"
SESSIONS, POSTS = ("a", "b", "c"), ("guide", "tea", "stage")
Slot = tuple[str, str, int, Any, Any]


class Gullible(Occasion):
    """Control: takes what is heard last for what was told last."""

    def stands(self, facts: ActivityFactsEvent, named: Named) -> Any:
        self.revision = -1
        return super().stands(facts, named)


class Forgetful(Occasion):
    """Control: a post has a new shift with each change."""

    def stands(self, facts: ActivityFactsEvent, named: Named) -> Any:
        self.posts = {}
        return super().stands(facts, named)


class Town:
    """The events service's model, and the volunteers service on a database of its own."""

    def __init__(self, rig: Rig, seed: int, occasion: type[Occasion]) -> None:
        self.chance, self.clock = random.Random(seed), Clock()
        kit = calm_kit(rig, "volunteers", self.clock)
        self.store = Store(kit)
        self.store.rosters.occasions = Aggregates(kit.database, "occasions", occasion, self.clock)
        announced = AnnounceActivity.model_validate(
            {"site": "XP11", "theme": "culture", "modes": ["host"]} | self._terms()
        )
        self.activity, self.told = Activity.announce(ACTIVITY, announced, self.clock.now())

    def change(self) -> None:
        terms = ChangeActivity.model_validate(self._terms())
        self.told += holding.change(self.activity, terms, self.clock.now())

    def cancel(self) -> None:
        self.told += holding.cancel(self.activity, CancelActivity(reason="雨"), self.clock.now())

    def _terms(self) -> dict[str, Any]:
        begins = self.clock.now() + timedelta(days=2)
        hours = [timedelta(hours=self.chance.randrange(1, 20)) for _ in SESSIONS]
        sessions = [
            {"code": code, "starts_at": begins + h, "ends_at": begins + h + timedelta(hours=1)}
            for code, h in zip(SESSIONS, hours, strict=True)
        ]
        posts = [
            {"code": code, "title": code, "hands": self.chance.randrange(1, 5)}
            for code in self.chance.sample(POSTS, self.chance.randrange(1, len(POSTS) + 1))
        ]
        span = {"starts_at": begins, "ends_at": begins + timedelta(days=1)}
        return span | {"title": "阅读", "capacity": 9, "sessions": sessions, "posts": posts}

    def hear(self, event: Event, number: int) -> None:
        """As the reactions of the volunteers service hear it."""
        envelope = Envelope(
            id=f"e{number}", source="events", type="x", subject="x", time=self.clock.now(),
            sequence=number, epoch="epoch1", correlation="", traceparent="", data={}, raw={},
        )  # fmt: skip
        reaction = REACTIONS.get(type(event))
        if reaction:
            reaction(self.store, event, Heard("reactions", envelope))

    def hear_all(self) -> None:
        """Late, doubled and in any order."""
        rows = list(enumerate(self.told, 1)) * 2
        self.chance.shuffle(rows)
        for number, event in rows:
            self.hear(event, number)

    def roster(self) -> list[Slot]:
        shifts = [each.state for each in self.store.rosters.of_activity(ACTIVITY)]
        return sorted((s.session or "", s.post, s.hands, s.starts_at, s.ends_at) for s in shifts)

    def wanted(self) -> list[Slot]:
        posts = wanted(self.activity.posts, self.activity.sessions)
        return sorted((w.session, w.title, w.hands, w.starts_at, w.ends_at) for w in posts)


@protected(Occasion, (Gullible, "wants"), (Forgetful, "wants"))
def test_the_roster_of_helpers_is_what_the_activity_wants_in_any_order(
    rig: Rig, part: type[Occasion], judge: Judge
) -> None:
    found = []
    for seed in range(6):
        town = Town(rig, seed, part)
        for _ in range(3):
            town.change()
        town.hear_all()
        if town.roster() != town.wanted():
            found.append(f"{town.roster()} where the activity wants {town.wanted()}")
        town.cancel()
        town.hear_all()
        if town.roster():
            found.append(f"{len(town.roster())} left where the activity wants none")
    judge(found)
