"""Plans, swaps and undoing end whole, also where the worker is killed (SIGKILL) in the middle."""

from collections.abc import Callable
from datetime import timedelta

from tests.rosters import calm, in_shift, make_template, plan_shift, shifts_of
from tests.system import Document, System, add_volunteer, form_team

DAYS = 31
SHIFTS = 2 * DAYS


def kill_when(system: System, begun: Callable[[], object]) -> None:
    """The worker is killed once it has begun, and started again."""
    system.wait_until(begun)
    system.kill("volunteers-worker")
    system.start_again("volunteers-worker")


def count(system: System, plan: str, **state: str) -> int:
    query = {"state.plan": plan} | {f"state.{key}": each for key, each in state.items()}
    return system.database("volunteers")["shifts"].count_documents(query)


def booked(system: System, volunteer: str) -> set[str]:
    """The shifts whose time the calendar holds."""
    path = f"/v1/volunteers/{volunteer}/calendar"
    found: dict[str, Document] = system.read("volunteers", path)["bookings"]
    return {each["shift"] for each in found.values()}


def inside(system: System, shift: str) -> set[str]:
    return set(system.read("volunteers", f"/v1/shifts/{shift}")["volunteers"])


def test_a_plan_and_its_undoing_end_whole_though_the_worker_is_killed_in_both(
    system: System,
) -> None:
    team = form_team(system)
    ann = add_volunteer(system, team)
    today = (system.now() + timedelta(hours=8)).date()
    body = {
        "template": make_template(system),
        "from_day": (today + timedelta(days=1)).isoformat(),
        "until_day": (today + timedelta(days=DAYS)).isoformat(),
    }
    plan = system.post("volunteers", "/v1/plans", body).id

    kill_when(system, lambda: count(system, plan))
    calm(system)
    shifts = shifts_of(system, plan)
    assert len(shifts) == len({each["starts_at"] for each in shifts.values()}) == SHIFTS
    taken = max(shifts, key=lambda id: str(shifts[id]["starts_at"]))
    in_shift(system, taken, ann, team)

    system.post("volunteers", f"/v1/plans/{plan}/undo", {"signed_up": "keep"})
    kill_when(system, lambda: count(system, plan, status="cancelled"))
    calm(system)

    left = {id: each["status"] for id, each in shifts_of(system, plan).items()}
    assert left == dict.fromkeys(shifts, "cancelled") | {taken: "planned"}
    assert inside(system, taken) == {ann}
    assert booked(system, ann) == {taken}


def test_a_swap_is_done_or_not_though_the_worker_is_killed(system: System) -> None:
    team = form_team(system)
    ann, bob = add_volunteer(system, team), add_volunteer(system, team)
    times = ({"starts_at": system.at(hours=h), "ends_at": system.at(hours=h + 1)} for h in (5, 5.5))
    mine, theirs = (plan_shift(system, **each) for each in times)
    places = {
        "shift": mine,
        "sign_up": in_shift(system, mine, ann, team),
        "for_shift": theirs,
        "for_sign_up": in_shift(system, theirs, bob, team),
    }
    swap = system.post("volunteers", "/v1/swaps", places).id

    system.post("volunteers", f"/v1/swaps/{swap}/agree")
    told = system.database("volunteers")["event_log"]
    kill_when(system, lambda: told.find_one({"type": {"$regex": "swap.agreed"}, "subject": swap}))
    calm(system)

    found = system.read("volunteers", f"/v1/swaps/{swap}")["status"]
    assert found in ("done", "failed")
    first, second = (bob, ann) if found == "done" else (ann, bob)
    assert (inside(system, mine), inside(system, theirs)) == ({first}, {second})
    assert (booked(system, first), booked(system, second)) == ({mine}, {theirs})
