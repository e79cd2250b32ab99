"""Rosters over HTTP: planned singly and in bulk, signed up for, served, missed, undone."""

import secrets
from datetime import datetime, timedelta

from icalendar import Calendar as Ical

from tests.rosters import (
    in_shift,
    make_plan,
    make_template,
    plan_shift,
    shifts_of,
    sign_up,
    sign_ups,
)
from tests.system import (
    Answer,
    Document,
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    publish_item,
    read_order,
)


def told(system: System, shift: str) -> list[str]:
    """What was told of one shift, in order."""
    return [
        each["type"].removeprefix("shijian.volunteers.").removesuffix(".v1")
        for each in system.feed("volunteers")
        if each["data"].get("shift") == shift
    ]


def bookings(system: System, volunteer: str) -> dict[str, Document]:
    path = f"/v1/volunteers/{volunteer}/calendar"
    found: dict[str, Document] = system.read("volunteers", path)["bookings"]
    return found


def own(system: System, volunteer: str, kind: str = "shifts") -> dict[str, Document]:
    path = f"/v1/volunteers/{volunteer}/{kind}"
    return {each["shift"]: each for each in system.read("volunteers", path)["shifts"]}


def test_a_shift_from_planning_to_the_minutes_served(system: System) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    shift = plan_shift(system, remind_minutes_before=[60])
    assert shift in own(system, volunteer, "open-shifts")

    id = in_shift(system, shift, volunteer, team)
    assert own(system, volunteer)[shift]["sign_up"] == id
    assert shift not in own(system, volunteer, "open-shifts")
    assert list(bookings(system, volunteer)) == [id]

    path = f"/v1/shifts/{shift}/sign-ups/{id}"
    system.move_clock(61 * 60)
    system.wait_until(lambda: "shift.reminder" in told(system, shift))
    system.post("volunteers", f"{path}/check-in")
    system.move_clock(90 * 60)
    system.post("volunteers", f"{path}/check-out")
    system.settle()

    assert told(system, shift) == [
        "shift.planned",
        "shift.signed-up",
        "shift-booking.reserved",
        "shift.confirmed",
        "shift.filled",
        "shift.reminder",
        "shift.checked-in",
        "shift.checked-out",
    ]
    out = next(e for e in reversed(system.feed("volunteers")) if "checked-out" in e["type"])
    assert (out["data"]["minutes"], out["data"]["team"]) == (90, team)
    week = system.now().date().isocalendar()
    roster = system.read("volunteers", f"/v1/sites/XP11/roster?week={week.year}-W{week.week:02}")
    assert isinstance(roster["shifts"], list)


def test_a_time_that_is_taken_is_refused_at_once_and_an_override_releases_the_other(
    system: System,
) -> None:
    team, item = form_team(system), publish_item(system)
    volunteer = add_volunteer(system, team)
    order = assigned_order(system, item, team, volunteer, starts_at=system.at(hours=2.5))
    shift = plan_shift(system)

    answer = sign_up(system, shift, volunteer, team)
    assert (answer.status, answer.json["reason"]) == (409, "overlap")
    body: Document = {"volunteer": volunteer, "team": team}
    assert system.call("volunteers", "POST", f"/v1/shifts/{shift}/assign", body).status == 409
    forced = body | {"override": {"reason": "汛期值守"}}
    id = system.post("volunteers", f"/v1/shifts/{shift}/assign", forced).json["part"]
    system.settle()

    assert sign_ups(system, shift)[id]["status"] == "confirmed"
    assert sign_ups(system, shift)[id]["override"] == "汛期值守"
    [lost] = read_order(system, order)["acceptances"].values()
    assert lost["status"] == "released"
    assert read_order(system, order)["status"] == "open"
    assert list(bookings(system, volunteer)) == [id]


def test_a_shift_for_an_activity_goes_with_it_and_is_cancelled_with_it(system: System) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    activity = announce_activity(system)
    system.settle()
    shift = plan_shift(system, activity=activity)
    before = system.read("volunteers", f"/v1/shifts/{shift}")["starts_at"]
    id = in_shift(system, shift, volunteer, team)

    terms = {
        "title": "经典阅读",
        "starts_at": system.at(hours=26),
        "ends_at": system.at(hours=27),
        "capacity": 10,
    }
    path = f"/v1/activities/{activity}"
    latest = system.call("events", "GET", path).ok().headers["ETag"]
    system.call("events", "PUT", path, terms, headers={"If-Match": latest}).ok()
    system.settle()
    moved = system.read("volunteers", f"/v1/shifts/{shift}")
    [(id, held)] = [(k, v) for k, v in moved["sign_ups"].items() if k != id]
    by = datetime.fromisoformat(moved["starts_at"]) - datetime.fromisoformat(before)
    assert timedelta(hours=23.9) < by < timedelta(hours=24.1)
    assert held["status"] == "confirmed"
    assert list(bookings(system, volunteer)) == [id]

    system.post("events", f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    system.settle()

    found = system.read("volunteers", f"/v1/shifts/{shift}")
    assert (found["status"], found["sign_ups"][id]["over"]) == ("cancelled", "cancelled")
    assert bookings(system, volunteer) == {}
    late = {
        "site": "XP11",
        "post": "引导",
        "theme": "culture",
        "modes": ["host"],
        "starts_at": system.at(hours=5),
        "ends_at": system.at(hours=6),
        "activity": activity,
    }
    answer = system.call("volunteers", "POST", "/v1/shifts", late)
    assert (answer.status, list(answer.fields)) == (422, ["activity"])


def test_an_activitys_posts_are_shifts_by_themselves_and_go_with_it(system: System) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    first = {"code": "first", "starts_at": system.at(hours=2), "ends_at": system.at(hours=3)}
    second = {"code": "second", "starts_at": system.at(hours=4), "ends_at": system.at(hours=5)}
    guide = {"code": "guide", "title": "引导", "hands": 2, "minutes_before": 30}
    tea = {"code": "tea", "title": "茶水", "hands": 1, "sessions": ["second"]}
    terms: Document = {
        "title": "经典阅读",
        "starts_at": system.at(hours=2),
        "ends_at": system.at(hours=6),
        "capacity": 10,
        "sessions": [first, second],
    }
    activity = announce_activity(system, **terms, posts=[guide, tea])
    system.settle()

    def roster() -> dict[tuple[str, str], Document]:
        path = f"/v1/shifts?activity={activity}&status=planned"
        return {(each["session"], each["post"]): each for each in system.pages("volunteers", path)}

    found = roster()
    assert set(found) == {("first", "引导"), ("second", "引导"), ("second", "茶水")}
    shift = found["first", "引导"]
    assert (shift["hands"], shift["purpose"]) == (2, "activity")
    assert datetime.fromisoformat(shift["starts_at"]) == datetime.fromisoformat(
        first["starts_at"]
    ) - timedelta(minutes=30)
    assert shift["id"] in own(system, volunteer, "open-shifts")
    in_shift(system, shift["id"], volunteer, team)

    # another time, more hands, a post less: whoever is in goes with it
    later = first | {"starts_at": system.at(hours=3), "ends_at": system.at(hours=3.5)}
    changed = terms | {"sessions": [later, second], "posts": [guide | {"hands": 3}]}
    path = f"/v1/activities/{activity}"
    latest = system.call("events", "GET", path).ok().headers["ETag"]
    system.call("events", "PUT", path, changed, headers={"If-Match": latest}).ok()
    system.settle()
    found = roster()
    assert set(found) == {("first", "引导"), ("second", "引导")}
    moved = found["first", "引导"]
    assert (moved["id"], moved["hands"], moved["volunteers"]) == (shift["id"], 3, [volunteer])
    [booking] = bookings(system, volunteer).values()
    assert booking["starts_at"] == moved["starts_at"] != shift["starts_at"]

    # a session, then all of it
    system.post("events", f"{path}/sessions/first/cancel", {"reason": "rain"})
    system.settle()
    assert set(roster()) == {("second", "引导")}
    assert bookings(system, volunteer) == {}
    system.post("events", f"{path}/cancel", {"reason": "rain"})
    system.settle()
    assert roster() == {}


def test_a_bulk_plan_is_laid_out_and_taken_back_but_for_what_somebody_is_in(
    system: System,
) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    plan = make_plan(system, make_template(system))
    shifts = shifts_of(system, plan)
    taken = min(shifts, key=lambda id: str(shifts[id]["starts_at"]))
    assert len(shifts) == 6
    in_shift(system, taken, volunteer, team)

    system.post("volunteers", f"/v1/plans/{plan}/undo", {"signed_up": "keep"})
    system.settle()

    left = {id: each["status"] for id, each in shifts_of(system, plan).items()}
    assert left == dict.fromkeys(shifts, "cancelled") | {taken: "planned"}
    assert sign_up(system, taken, add_volunteer(system, team), team).status == 409  # full


def test_who_misses_shifts_is_barred_by_the_rules_and_excused_by_the_leader(
    system: System,
) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    missed = [
        plan_shift(system, starts_at=system.at(hours=at), ends_at=system.at(hours=at + 1))
        for at in (2, 4, 6)
    ]
    held = {shift: in_shift(system, shift, volunteer, team) for shift in missed}
    system.move_clock(timedelta(hours=8).total_seconds())
    path = f"/v1/volunteers/{volunteer}/no-shows"
    system.wait_until(lambda: system.read("volunteers", path)["status"] == "barred")

    later = plan_shift(system)
    answer = sign_up(system, later, volunteer, team)
    assert (answer.status, list(answer.fields)) == (422, ["volunteer"])
    shift, id = next(iter(held.items()))
    system.post("volunteers", f"/v1/shifts/{shift}/sign-ups/{id}/excuse", {"reason": "病假"})
    system.wait_until(lambda: system.read("volunteers", path)["status"] == "clear")
    in_shift(system, later, volunteer, team)


def test_a_calendar_feed_shows_shifts_and_orders_until_it_is_revoked_and_its_secret_is_not_kept(
    system: System,
) -> None:
    team, item = form_team(system), publish_item(system)
    volunteer = add_volunteer(system, team)
    shift = plan_shift(system, team=team)
    in_shift(system, shift, volunteer, team)
    assigned_order(system, item, team, volunteer, starts_at=system.at(hours=5))
    mine, ours = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    path = "/v1/calendar-feeds"
    own = system.post("volunteers", path, {"secret": mine, "volunteer": volunteer}).id
    system.post("volunteers", path, {"secret": ours, "team": team})

    def read(secret: str) -> Answer:
        return system.call("volunteers", "GET", f"/v1/calendars/{secret}.ics", client="")

    found = [Ical.from_ical(read(secret).ok().data).walk("VEVENT") for secret in (mine, ours)]
    assert [sorted(str(event["SUMMARY"]) for event in events) for events in found] == [
        ["点单服务", "窗口值班"],
        ["窗口值班 1/1"],
    ]
    assert all(volunteer.encode() not in read(secret).data for secret in (mine, ours))
    system.post("volunteers", f"{path}/{own}/revoke")
    assert (read(mine).status, read(mine[::-1]).status, read(ours).status) == (404, 404, 200)

    database = system.database("volunteers")
    kept = [str(row) for name in database.list_collection_names() for row in database[name].find()]
    assert not any(secret in row for secret in (mine, ours) for row in kept)
    assert mine not in system.log_of("volunteers-api")


def test_two_volunteers_change_places_also_where_their_shifts_overlap(system: System) -> None:
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
    system.settle()

    assert system.read("volunteers", f"/v1/swaps/{swap}")["status"] == "done"
    inside = [
        system.read("volunteers", f"/v1/shifts/{each}")["volunteers"] for each in (mine, theirs)
    ]
    assert inside == [[bob], [ann]]
    [booked] = bookings(system, ann).values()
    assert booked["shift"] == theirs
    [booked] = bookings(system, bob).values()
    assert booked["shift"] == mine
