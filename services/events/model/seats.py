"""How many people still fit into an activity and each of its sessions."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.events.model.registration import Registration


@dataclass
class SeatsFree:
    """Counts down while seats are given."""

    shared: int
    by_session: dict[str, int]

    def _of(self, held: Registration) -> Iterable[str]:
        return held.sessions or self.by_session

    def fits(self, held: Registration) -> bool:
        return held.people <= self.shared and all(
            self.by_session.get(code, 0) >= held.people for code in self._of(held)
        )

    def take(self, held: Registration) -> None:
        self.shared -= held.people
        for code in self._of(held):
            if code in self.by_session:
                self.by_session[code] -= held.people

    def close(self, held: Registration) -> None:
        """Nobody behind gets a seat in the sessions that this one waits for."""
        for code in self._of(held):
            self.by_session[code] = 0


@dataclass
class SeatsTaken:
    """People with seats, counted up as they get and give them."""

    shared: int = 0
    everywhere: int = 0  # of them, for all sessions
    by_session: dict[str, int] = field(default_factory=dict)  # of them, for this one by name

    def of(self, session: str) -> int:
        return self.everywhere + self.by_session.get(session, 0)

    def add(self, held: Registration, people: int) -> None:
        """So many more with what `held` is for; fewer, where negative."""
        self.shared += people
        if not held.sessions:
            self.everywhere += people
        for code in held.sessions if people else ():
            self.by_session[code] = self.by_session.get(code, 0) + people
