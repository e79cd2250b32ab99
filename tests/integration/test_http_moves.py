"""Every status of an order × every command, over HTTP: what is not allowed answers 409 with what
is, and changes nothing. What is allowed, and where it leads: `tests/unit/test_order.py`."""

from collections.abc import Callable

import pytest

from services.orders.api import api
from services.orders.model.moves import MOVES
from services.orders.model.moves import OrderStatus as S
from tests.system import (
    Document,
    System,
    add_volunteer,
    assigned_order,
    form_team,
    open_order,
    place_order,
    publish_item,
    read_order,
    serve_order,
)

REASON = {"reason": "not ours"}
VOLUNTEER, TEAM = "vol_none00000", "team_none00000"
BODIES: dict[str, Document] = {
    "reject": REASON,
    "return": REASON,
    "reopen": REASON,
    "transfer": REASON | {"site": "XP12"},
    "join": {"resident": "R-000002"},
    "withdraw": {"resident": "R-000002"},
    "reschedule": {"starts_at": "2090-01-01T00:00:00Z", "by": "station"},
    "attach": {"file": "fil_none00000"},
    "dispatch": {"volunteers": [VOLUNTEER]},
    "redispatch": {"volunteers": [VOLUNTEER]},
    "accept": {"volunteer": VOLUNTEER, "team": TEAM},
    "decline": {"volunteer": VOLUNTEER},
    "rate": {"stars": 4},
    "cancel": REASON | {"by": "resident"},
}
OF_AN_ACCEPTANCE = ("release", "no-show", "check-in", "check-out")
COMMANDS = sorted({move for moves in MOVES.values() for move in moves})


def path_of(move: str, order: str, acceptance: str) -> str:
    if move in OF_AN_ACCEPTANCE:
        return f"/v1/orders/{order}/acceptances/{acceptance}/{move}"
    return f"/v1/orders/{order}/{'attachments' if move == 'attach' else move}"


@pytest.fixture(scope="module")
def orders(system: System) -> dict[S, str]:
    """One of each status."""
    team, item = form_team(system), publish_item(system)
    volunteer = add_volunteer(system, team)

    def after(path: str, body: Document, order: str) -> str:
        system.post("orders", f"/v1/orders/{order}/{path}", body)
        return order

    def served() -> str:
        order = assigned_order(system, item, team, volunteer)
        serve_order(system, order)
        return order

    def started() -> str:
        order = assigned_order(system, item, team, volunteer)
        [acceptance] = read_order(system, order)["acceptances"]
        system.move_clock_to(read_order(system, order)["starts_at"])
        return after(f"acceptances/{acceptance}/check-in", {}, order)

    def withdrawn() -> str:
        order = place_order(system, item)
        return after("withdraw", {"resident": read_order(system, order)["resident"]}, order)

    made: dict[S, Callable[[], str]] = {  # the later ones first: they move the clock
        S.CLOSED: lambda: after("rate", {"stars": 5}, served()),
        S.COMPLETED: served,
        S.STARTED: started,
        S.ASSIGNED: lambda: assigned_order(
            system, item, team, volunteer, starts_at=system.at(hours=9)
        ),
        S.DISPATCHED: lambda: after(
            "dispatch", {"volunteers": [volunteer]}, open_order(system, item)
        ),
        S.OPEN: lambda: open_order(system, item),
        S.RETURNED: lambda: after("return", REASON, open_order(system, item)),
        S.REJECTED: lambda: after("reject", REASON, place_order(system, item)),
        S.CANCELLED: lambda: after("cancel", BODIES["cancel"], place_order(system, item)),
        S.WITHDRAWN: withdrawn,
        S.PLACED: lambda: place_order(system, item),
    }
    return {status: make() for status, make in made.items()}


@pytest.mark.parametrize("status", S)
def test_what_is_not_allowed_answers_409_with_what_is_and_changes_nothing(
    system: System, orders: dict[S, str], status: S
) -> None:
    order = orders[status]
    before = read_order(system, order)
    assert before["status"] == status
    allowed = set(MOVES[status]) - ({"complete"} if status is S.OPEN else set())
    acceptance = next(iter(before["acceptances"]), "acc_none00000")

    for move in COMMANDS:
        if move not in allowed:
            path = path_of(move, order, acceptance)
            answer = system.call("orders", "POST", path, BODIES.get(move, {}))
            assert (answer.status, answer.kind) == (409, "conflict"), move
            assert (answer.json["state"], set(answer.json["allowed"])) == (status, allowed), move

    assert read_order(system, order) == before


def test_every_move_has_its_operation() -> None:
    paths = {each.path for each in api.operations if each.method == "POST"}

    assert {path_of(each, "{id}", "{acceptance}") for each in COMMANDS} <= paths
