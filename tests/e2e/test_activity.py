"""An activity over HTTP: rooms, groups, tickets at the door and offline, departments, sheets."""

import re

import pytest

from tests.system import Answer, Document, System, announce_activity, open_site, photograph, upload


@pytest.fixture(scope="module")
def hall(system: System) -> str:
    """A room of XP11: its code."""
    body = {"code": "e2e-hall", "title": "道德讲堂", "capacity": 20, "equipment": ["投影仪"]}
    system.post("events", "/v1/sites/XP11/rooms", body)
    return "e2e-hall"


def activity(system: System, id: str) -> Document:
    found: Document = system.read("events", f"/v1/activities/{id}")
    return found


def room_of(system: System, id: str) -> Document:
    """What the first session has heard of its room, once it has heard."""

    def settled() -> Document:
        room: Document = activity(system, id)["sessions"][0]["room"]
        return room if room["status"] != "requested" else {}

    return system.wait_until(settled)


def registered(system: System, id: str, resident: str, **facts: object) -> str:
    path = f"/v1/activities/{id}/registrations"
    part: str = system.post("events", path, {"resident": resident} | facts).json["part"]
    return part


def token_of(system: System, id: str, registration: str) -> str:
    """What the code in the ticket's picture says; here it is signed by the service's own key."""
    answer = system.call(
        "events", "GET", f"/v1/activities/{id}/registrations/{registration}/ticket"
    ).ok()
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.data.startswith(b"<svg")
    return sign(system, id, registration)


def sign(system: System, id: str, registration: str) -> str:
    from services.events.tickets import Tickets
    from shared.clock import SystemClock
    from shared.storage.vault import Vault

    database = system.database("events")
    keys = Vault(database, system.folder / "personal-keys-events", SystemClock())
    return Tickets(database, keys).sign(id, registration)


def scan(system: System, id: str, token: str, direction: str = "in") -> Answer:
    body = {"token": token, "direction": direction}
    return system.call("events", "POST", f"/v1/activities/{id}/scans", body)


def test_two_activities_don_t_get_one_room_and_a_cancelled_one_frees_it(
    system: System, hall: str
) -> None:
    first = announce_activity(system, room=hall)
    assert room_of(system, first)["status"] == "reserved"
    taken = announce_activity(system, room=hall)
    assert room_of(system, taken) | {"booking": ""} == {
        "room": hall,
        "booking": "",
        "status": "refused",
        "reason": "taken",
    }

    system.post("events", f"/v1/activities/{first}/cancel", {"reason": "停电"})
    system.settle()
    again = announce_activity(system, room=hall)

    assert room_of(system, again)["status"] == "reserved"
    calendar = system.read("events", f"/v1/sites/XP11/rooms/{hall}/calendar")
    assert [each["activity"] for each in calendar["bookings"].values()] == [again]


def test_a_room_that_is_too_small_or_not_there_is_named(system: System, hall: str) -> None:
    small = announce_activity(
        system, room=hall, capacity=21, starts_at=system.at(hours=30), ends_at=system.at(hours=31)
    )
    assert room_of(system, small)["reason"] == "too-small"

    answer = system.call(
        "events",
        "PUT",
        f"/v1/activities/{small}",
        terms(system, room="roof"),
        headers=any_version(1),
    )

    assert (answer.status, list(answer.fields)) == (422, ["room"])


def terms(system: System, **facts: object) -> Document:
    usual = {
        "title": "经典阅读",
        "starts_at": system.at(hours=30),
        "ends_at": system.at(hours=31),
        "capacity": 10,
    }
    return usual | facts


def any_version(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}


def test_others_book_a_room_and_see_who_has_it(system: System, hall: str) -> None:
    path = f"/v1/sites/XP11/rooms/{hall}/bookings"
    body = {"starts_at": system.at(hours=50), "ends_at": system.at(hours=51), "purpose": "议事会"}

    booked = system.post("events", path, body, key="book-1").json["part"]
    again = system.call("events", "POST", path, body, key="book-1").json["part"]
    refused = system.call("events", "POST", path, body)

    assert booked == again
    assert (refused.status, refused.json["existing"]) == (409, booked)
    system.post("events", f"{path}/{booked}/cancel")
    assert system.call("events", "POST", path, body).status == 200


def test_a_ticket_opens_the_door_once_and_offline_devices_agree_later(system: System) -> None:
    id = announce_activity(system, party_max=4, capacity=4)
    one, two = (registered(system, id, f"R-door-{n}-{id[-5:]}", people=2) for n in (1, 2))
    first, second = token_of(system, id, one), token_of(system, id, two)
    elsewhere = sign(system, "act_elsewhere1", one)
    forged = re.sub(r"\.[^.]{4}", ".AAAA", first)
    assert scan(system, id, first).json["reason"] == "too-early"
    starts_at = activity(system, id)["starts_at"]
    system.move_clock_to(starts_at)

    assert scan(system, id, first).ok().json["part"] == one
    reasons = [scan(system, id, each).json["reason"] for each in (first, elsewhere, forged, "x")]
    assert reasons == ["already-in", "other-activity", "bad-ticket", "bad-ticket"]

    for device, number in (("door-1", 1), ("door-2", 1)):
        at = system.at(seconds=-2 + number)
        scans = [{"number": number, "token": second, "session": "1", "at": at}]
        body = {"device": device, "scans": scans}
        system.post("events", f"/v1/activities/{id}/scans/uploads", body)

    [rejected] = activity(system, id)["rejected"]
    assert (rejected["device"], rejected["reason"]) == ("door-2", "already-in")
    counts = system.read("events", f"/v1/activities/{id}/counts")
    assert (counts["attendances"], counts["people"], counts["unknown"]) == (4, 2, 2)
    door = system.read("events", f"/v1/activities/{id}/door-list")
    assert door["key"]["crv"] == "Ed25519" and "d" not in door["key"]


def test_a_seat_that_is_offered_runs_out_and_goes_to_the_next(system: System) -> None:
    id = announce_activity(system, capacity=1, offer_minutes=30, starts_at=system.at(hours=20),
                           ends_at=system.at(hours=21))  # fmt: skip
    a, b, c = (registered(system, id, f"R-offer-{n}-{id[-5:]}") for n in "abc")
    path = f"/v1/activities/{id}/registrations"
    system.post("events", f"{path}/{a}/cancel", {"by": "host", "reason": "名额调整"})
    assert activity(system, id)["registrations"][b]["status"] == "offered"

    system.move_clock(31 * 60)
    system.wait_until(lambda: activity(system, id)["registrations"][c]["status"] == "offered")
    system.post("events", f"{path}/{c}/accept")

    statuses = {key: each["status"] for key, each in activity(system, id)["registrations"].items()}
    assert statuses == {a: "cancelled", b: "cancelled", c: "confirmed"}


def test_a_department_answers_in_its_own_name_only(system: System) -> None:
    id = announce_activity(system, departments=["justice-office", "trade-union"])
    system.keys.setdefault(
        "justice",
        system.clients.add("justice", "司法所", ["co-organise:justice-office"], ["XP00"]),
    )
    path = f"/v1/activities/{id}/departments"

    def answer(department: str) -> int:
        place = f"{path}/{department}/accept"
        return system.call("events", "POST", place, {}, client="justice").status

    system.wait_until(lambda: answer("justice-office") in (200, 409))
    assert answer("trade-union") == 403
    answers = {d: each["answer"] for d, each in activity(system, id)["departments"].items()}
    assert answers == {"justice-office": "accepted", "trade-union": "asked"}


def test_a_paper_sheet_is_typed_in_by_one_and_checked_by_another(system: System) -> None:
    id = announce_activity(system)
    system.move_clock_to(activity(system, id)["starts_at"])
    file = upload(system, "events", "activity", photograph()).ok().id
    body = {"session": "1", "file": file, "residents": [f"R-paper-{id[-5:]}"]}
    path = f"/v1/activities/{id}/sheets"
    sheet = system.post("events", path, body, headers={"X-Person": "clerk-1"}).json["part"]

    def check(person: str) -> Answer:
        headers = {"X-Person": person}
        return system.call(
            "events", "POST", f"{path}/{sheet}/check", {"right": True}, headers=headers
        )

    assert check("clerk-1").json["reason"] == "same-person"
    assert check("clerk-2").status == 200
    assert system.read("events", f"/v1/activities/{id}/counts")["attendances"] == 1


def test_an_activitys_file_shows_what_is_missing_and_takes_feedback_once(system: System) -> None:
    id = announce_activity(system)
    path = f"/v1/activities/{id}"
    guest = registered(system, id, f"R-file-{id[-5:]}")
    photo = upload(system, "events", "activity", photograph()).ok().id
    paper = {"kind": "photograph", "file": photo}
    assert system.call("events", "POST", f"{path}/papers", paper).fields.keys() == {"consent"}
    system.post("events", f"{path}/papers", paper | {"consent": True})
    funds = {"funds": [{"source": "街道专项", "planned": 50000, "spent": 42050}]}
    system.post("events", f"{path}/funds", funds)
    feedback = f"{path}/registrations/{guest}/feedback"
    assert system.call("events", "POST", feedback, {"stars": 5}).status == 409
    system.move_clock_to(activity(system, id)["starts_at"])
    system.post("events", f"{path}/registrations/{guest}/attend")
    system.post("events", feedback, {"stars": 5, "text": "很好"})
    assert system.call("events", "POST", feedback, {"stars": 1}).status == 409

    file = system.read("events", f"{path}/archive")

    assert file["missing"] == ["plan", "notice", "summary"]
    assert (file["counts"]["attendances"], file["funds"][0]["spent"]) == (1, 42050)
    [given] = system.read("events", f"{path}/feedback")["items"]
    assert (given["stars"], given["text"]) == (5, "很好")


def test_what_is_held_outside_of_the_opening_hours_says_why(system: System) -> None:
    site = open_site(system)
    facts = {"level": "station", "title": "夜间关闭", "title_en": "Closed", "demonstration": False}
    hours = [{"weekday": day, "opens": "00:00", "closes": "00:01"} for day in range(1, 8)]
    tag = {"If-Match": '"1"'}
    system.call("events", "PUT", f"/v1/sites/{site}", facts | {"hours": hours}, headers=tag).ok()
    times = {"starts_at": system.at(hours=30), "ends_at": system.at(hours=31)}
    later = {"starts_at": system.at(hours=33), "ends_at": system.at(hours=34)}
    why = {"outside_hours": "元宵灯会"}

    def asked(path: str, body: Document, field: str) -> str:
        """Refused without a reason, taken with one: the path of what is made."""
        refused = system.call("events", "POST", path, body)
        assert (refused.status, set(refused.fields)) == (422, {field})
        return f"{path}/{system.post('events', path, body | why).id}"

    usual = {"site": site, "theme": "culture", "title": "讲座"}
    lecture = asked(
        "/v1/activities", usual | times | {"modes": ["host"], "capacity": 9}, "starts_at"
    )
    terms = {"title": "改名", "capacity": 9}
    assert system.call("events", "PUT", lecture, terms | later, headers=tag).status == 422
    system.call("events", "PUT", lecture, terms | times, headers=tag).ok()  # keeps its time

    sessions = [{"title": "课", **times}]
    course = usual | {"audience": "newcomers", "capacity": 9, "completes_with": 1}
    path = asked("/v1/programmes", course | {"sessions": sessions}, "sessions.0.starts_at")
    move = {"session": 1} | later
    assert system.call("events", "POST", f"{path}/move", move).status == 422
    system.post("events", f"{path}/move", move | why)
    assert system.read("events", path)["outside_hours"] == "元宵灯会"
