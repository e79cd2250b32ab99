"""The rules of the hours ledger that localities set differently: data, changed by a command."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.volunteers.model.commands.hours import SetHoursRules
from services.volunteers.model.points import Weights
from services.volunteers.model.star import USUAL_HOURS
from shared.contracts.base import Event
from shared.contracts.volunteers import HoursSource


@dataclass
class HoursRules:
    """What holds for what is credited from now on; what is credited already stays."""

    announcement_days: dict[HoursSource, int] = field(
        default_factory=lambda: {
            HoursSource.ORDER: 0,  # the machine has seen it: credited at once
            HoursSource.SHIFT: 0,
            HoursSource.PAPER: 3,
            HoursSource.STATEMENT: 7,
        }
    )
    star_hours: list[int] = field(default_factory=lambda: list(USUAL_HOURS))
    weights: Weights = field(default_factory=Weights)
    status: str = "in-force"

    def set(self, command: SetHoursRules) -> Sequence[Event]:
        """Replace them all."""
        self.announcement_days = dict(command.announcement_days)
        self.star_hours = list(command.star_hours)
        self.weights = Weights(**command.weights.model_dump())
        return []
