"""Activities and rooms agree also where the worker dies between what the two of them tell."""

import itertools
import signal

from tests.system import System, announce_activity

WAVES = 3


def test_after_kills_every_session_has_its_answer_and_no_room_is_held_for_nothing(
    system: System,
) -> None:
    room = "crash-hall"
    body = {"code": room, "title": "讲堂", "capacity": 30}
    system.post("events", "/v1/sites/XP12/rooms", body)
    made = []
    for wave in range(WAVES):
        times = {"starts_at": system.at(hours=5 + wave), "ends_at": system.at(hours=6 + wave)}
        made += [announce_activity(system, "XP12", room=room, **times) for _ in range(4)]
        system.post("events", f"/v1/activities/{made[-4]}/cancel", {"reason": "雨"})
        system.kill("events-worker", signal.SIGKILL)
        made += [announce_activity(system, "XP12", room=room, **times) for _ in range(2)]
        system.post("events", f"/v1/activities/{made[-1]}/cancel", {"reason": "雨"})
        system.start_again("events-worker")
    system.wait_until_ready("events")
    system.settle(60)

    activities = {id: system.read("events", f"/v1/activities/{id}") for id in made}
    calendar = system.read("events", f"/v1/sites/XP12/rooms/{room}/calendar")
    held = {id for id, each in activities.items() if has_room(each)}
    assert {each["activity"] for each in calendar["bookings"].values()} == held
    assert len(calendar["bookings"]) == len(held)
    booked = sorted((b["starts_at"], b["ends_at"]) for b in calendar["bookings"].values())
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(booked))
    live = [each for each in activities.values() if each["status"] == "announced"]
    answers = {each["sessions"][0]["room"]["status"] for each in live}
    assert answers <= {"reserved", "refused"} and held


def has_room(activity: dict[str, object]) -> bool:
    """Announced, and its only session has it."""
    sessions: list[dict[str, dict[str, str]]] = activity["sessions"]  # type: ignore[assignment]
    reserved = sessions[0]["room"]["status"] == "reserved"
    return activity["status"] == "announced" and reserved
