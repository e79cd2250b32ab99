"""Swaps between two shifts and two calendars: both places change, or neither."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.volunteers.model.shift import Shift
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.contracts.volunteers import (
    ShiftReleased,
    ShiftSwapReady,
    SwapAgreed,
    SwapDone,
    SwapEvent,
    SwapFailed,
    SwapSide,
)
from shared.errors import Conflict, NotFound, Unprocessable
from shared.messaging.reactions import Heard

Decide = Callable[[Shift, datetime], Sequence[Event]]


def begin_swap(store: Store, event: SwapAgreed, heard: Heard) -> None:
    """Each asks for the other's place. Where one is gone meanwhile, the swap fails."""

    def comes_in(comes: SwapSide, goes: SwapSide) -> Decide:
        return lambda shift, now: shift.swap_in(event.swap, comes, goes, now)

    try:
        _in_both(store, event, heard, comes_in)
    except (Conflict, NotFound, Unprocessable):
        _fail(store, event.swap, heard)


def note_ready(store: Store, event: ShiftSwapReady, heard: Heard) -> None:
    """One of the two times is reserved."""
    store.rosters.swaps.change(
        event.swap,
        heard.origin("reactions.note-ready"),
        lambda swap, now: swap.reserved(event.sign_up, now),
    )


def note_released(store: Store, event: ShiftReleased, heard: Heard) -> None:
    """A place that a swap was to bring is gone."""
    if event.swap:
        _fail(store, event.swap, heard)


def end_swap(store: Store, event: SwapDone, heard: Heard) -> None:
    """Each is in the other's place."""
    _in_both(
        store,
        event,
        heard,
        lambda comes, goes: lambda shift, now: shift.swap_done(comes.takes, now),
    )


def drop_swap(store: Store, event: SwapFailed, heard: Heard) -> None:
    """Each stays where they are."""
    _in_both(
        store,
        event,
        heard,
        lambda comes, goes: lambda shift, now: shift.swap_off(comes.takes, now),
    )


def _in_both(
    store: Store, event: SwapEvent, heard: Heard, decide: Callable[[SwapSide, SwapSide], Decide]
) -> None:
    """In the shift of each side, with who comes into it and who goes."""
    first, second = event.sides
    for comes, goes in ((first, second), (second, first)):
        origin = heard.origin("reactions.swap")
        store.rosters.shifts.change(goes.shift, origin, decide(comes, goes))


def _fail(store: Store, swap: str, heard: Heard) -> None:
    store.rosters.swaps.change(
        swap, heard.origin("reactions.fail-swap"), lambda swap, now: swap.fail(now)
    )
