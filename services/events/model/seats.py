"""How many people still fit into an activity and each of its sessions."""

from collections.abc import Iterable
from dataclasses import dataclass

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
