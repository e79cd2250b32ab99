"""Points for what is sent upward and used (信息报送计分): data, set by a command."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.reports.model.commands import SetScores
from shared.contracts.base import Event
from shared.contracts.reports import MediaLevel


@dataclass
class ScoreTable:
    """What holds for uses from now on. The numbers are usual ones; each district has its own."""

    points: dict[MediaLevel, int] = field(
        default_factory=lambda: {
            MediaLevel.STREET: 1,
            MediaLevel.DISTRICT: 2,
            MediaLevel.CITY: 5,
            MediaLevel.PROVINCE: 10,
            MediaLevel.NATIONAL: 20,
        }
    )
    uses: Literal["highest", "sum"] = "highest"
    edition: int = 1
    status: str = "in-force"

    def set(self, command: SetScores) -> Sequence[Event]:
        """Replace it; what was counted already stays."""
        self.points, self.uses = dict(command.points), command.uses
        self.edition += 1
        return []

    def points_of(self, level: MediaLevel) -> int:
        """Of one use; a level that is not in the table counts nothing."""
        return self.points.get(level, 0)


def shares(worth: Iterable[tuple[str, int]], uses: Literal["highest", "sum"]) -> dict[str, int]:
    """What each use adds to the score, in the order they came: (use, its points)."""
    found, most = dict[str, int](), 0
    for use, points in worth:
        found[use] = points if uses == "sum" else max(0, points - most)
        most = max(most, points)
    return found
