"""What every life of the story shares: the three clients, what they know, and a tally."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from deploy.demonstration.client import Caller
from deploy.demonstration.people import Hand, Volunteer
from deploy.demonstration.reference import Loaded


class Tally:
    """How often what was done, since it was last looked at."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, what: str, count: int = 1) -> None:
        with self._lock:
            self._counts[what] += count

    def take(self) -> Counter[str]:
        """What was done; it begins again from nothing."""
        with self._lock:
            done, self._counts = self._counts, Counter()
        return done


class WentWrong(Exception):
    """The services answered as they should, but what came of it is not what the story expects."""


@dataclass(frozen=True)
class World:
    """The story's clients and the ids that the services gave."""

    story: str  # begins every Idempotency-Key: "2026-10" is played once
    office: Caller
    station: Caller
    department: Caller
    loaded: Loaded
    volunteers: dict[str, str] = field(default_factory=dict)  # id by the person's number
    tally: Tally = field(default_factory=Tally)

    def key(self, *parts: str) -> str:
        """The Idempotency-Key of one command of the story."""
        return "-".join(("demonstration", self.story, *parts))

    def id_of(self, volunteer: Volunteer) -> str:
        return self.volunteers[volunteer.ref]

    def accepting(self, hand: Hand) -> dict[str, str]:
        """The body of an acceptance."""
        return {"volunteer": self.id_of(hand.volunteer), "team": self.loaded.teams[hand.team]}


def worker_of(site: str) -> str:
    """Reference of the person who acts at a station."""
    return f"{site}-worker"
