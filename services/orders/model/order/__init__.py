"""An order (点单) from placing to closing: pure decisions, command in, events out.

`state`: what it is. `placing`, `accepting`, `serving`: along the way. `routing`: off the way.
`helping`: for a recipient. `timing`: what nobody does. Which move is allowed when:
`services.orders.model.moves`.
"""

from dataclasses import dataclass

from services.orders.model.order.helping import Helping
from services.orders.model.order.placing import LONGEST_AHEAD, Placing
from services.orders.model.order.serving import AUTOMATIC_STARS, BAD_STARS, EARLY_CHECK_IN
from services.orders.model.order.timing import Timing

__all__ = ["AUTOMATIC_STARS", "BAD_STARS", "EARLY_CHECK_IN", "LONGEST_AHEAD", "Order"]


@dataclass
class Order(Placing, Helping, Timing):
    """One order, with all that can be done about it."""
