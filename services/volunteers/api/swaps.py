"""Swaps over HTTP."""

from datetime import datetime

from services.volunteers.model import commands as asked
from services.volunteers.model.swap import Swap
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import derived_id
from shared.web.api import Api, Call

api: Api[Store] = Api()


@api.command("/v1/swaps", scope="shifts:sign-up", made="id")
def propose_swap(call: Call[Store], body: asked.ProposeSwap) -> Receipt:
    """换班: one volunteer asks another to change places."""
    id = call.new_id("swap")

    def build(now: datetime) -> tuple[Swap, list[Event]]:
        mine = call.read(call.app.rosters.shifts, body.shift).state
        theirs = call.read(call.app.rosters.shifts, body.for_shift).state
        places = [
            (mine, body.sign_up, derived_id("sup", id, "first")),
            (theirs, body.for_sign_up, derived_id("sup", id, "second")),
        ]
        return Swap.propose(id, places, now)

    return call.app.rosters.swaps.make(id, call.origin, build)


@api.query("/v1/swaps/{id}", scope="shifts:read")
def read_swap(call: Call[Store], id: str) -> Loaded[Swap]:
    """One swap, and what has become of it."""
    return call.read(call.app.rosters.swaps, id)


@api.command("/v1/swaps/{id}/agree", scope="shifts:sign-up")
def agree(call: Call[Store], id: str, body: asked.AgreeToSwap) -> Receipt:
    """By who was asked: both times are then reserved, and both places change, or neither."""
    return call.change(call.app.rosters.swaps, id, lambda swap, now: swap.agree(now))


@api.command("/v1/swaps/{id}/decline", scope="shifts:sign-up")
def decline(call: Call[Store], id: str, body: asked.DeclineSwap) -> Receipt:
    """By either."""
    return call.change(call.app.rosters.swaps, id, lambda swap, now: swap.decline(now))
