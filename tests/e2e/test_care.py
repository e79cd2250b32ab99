"""Recipients, visits, pairings and standing orders, over HTTP on the running system."""

import json
from collections.abc import Iterator
from typing import Any

from shared.clock import SHANGHAI
from tests.community import (
    child_body,
    recipient_body,
    register_recipient,
    resident,
    set_standing_order,
    visit_body,
)
from tests.system import (
    Answer,
    Document,
    System,
    accept,
    add_volunteer,
    assigned_order,
    form_team,
    open_order,
    place_order,
    publish_item,
    read_order,
)
from tests.unit.persons import card, guardian, person

PERSONAL = ("王秀英", "13912340001", "民主路 17 号", "王大明", "13912340002", "家里冷")


def told(system: System, name: str, **facts: object) -> list[Document]:
    """The data of every such event that has these facts, once all is told."""
    system.settle()
    return [
        each["data"]
        for each in system.feed("orders")
        if each["type"] == f"shijian.orders.{name}.v1"
        and facts.items() <= (each["data"] | {"subject": each["subject"]}).items()
    ]


def get(system: System, path: str, client: str = "office") -> Answer:
    return system.call("orders", "GET", path, client=client)


def today(system: System) -> str:
    return system.now().astimezone(SHANGHAI).date().isoformat()


def everything_kept(system: System) -> Iterator[str]:
    """All that the service holds and has told or logged, as text."""
    database = system.database("orders")
    for name in database.list_collection_names():
        for row in database[name].find():
            yield json.dumps(row, ensure_ascii=False, default=str)
    yield json.dumps(system.feed("orders"), ensure_ascii=False)
    yield from (system.log_of(f"orders-{kind}") for kind in ("api", "worker"))


def test_personal_data_is_sealed_masked_and_read_with_an_audit(system: System) -> None:
    id = register_recipient(system, child_body(system))
    path = f"/v1/recipients/{id}"
    wrong = recipient_body(system) | {"data": {"name": "王秀英", "telephone": "x", "address": ""}}
    assert system.call("orders", "POST", "/v1/recipients", wrong).status == 400

    masked = system.read("orders", path)
    assert (masked["name"], masked["minor"]) == ("王**", True)
    assert not any(each in json.dumps(masked, ensure_ascii=False) for each in PERSONAL)
    assert masked["kept"] == [
        "address",
        "guardian_name",
        "guardian_telephone",
        "name",
        "telephone",
    ]
    assert get(system, f"{path}/personal").status == 400  # for what?
    clear = system.read("orders", f"{path}/personal?purpose=care")
    assert (clear["name"], clear["guardian_telephone"]) == ("王秀英", "13912340002")
    [entry] = system.read("orders", f"{path}/readings")["entries"]
    assert (entry["client"], entry["purpose"]) == ("office", "care")
    assert set(entry["fields"]) == clear.keys()

    system.settle()
    found = [each for kept in everything_kept(system) for each in PERSONAL if each in kept]
    assert found == []
    system.database("orders")["planted"].insert_one({"name": "王秀英"})  # the control
    assert any("王秀英" in kept for kept in everything_kept(system))
    system.database("orders").drop_collection("planted")


def test_whoever_lacks_the_scope_reads_nothing(system: System) -> None:
    id = register_recipient(system)
    path = f"/v1/recipients/{id}"

    for each in ("", "/personal?purpose=care", "/readings", "/visits"):
        assert get(system, f"{path}{each}", client="reader").status == 403
    assert get(system, "/v1/recipients", client="station").status == 403  # not of `orders:*`
    assert system.database("orders")["readings"].count_documents({"subject": id}) == 0


def test_without_the_consent_of_the_law_nobody_is_registered(system: System) -> None:
    body = child_body(system)
    own = body | {"consent": body["consent"] | {"given_by": "self"}}

    answer = system.call("orders", "POST", "/v1/recipients", own)

    assert (answer.status, list(answer.fields)) == (422, ["consent.given_by"])
    twice = recipient_body(system)
    known = register_recipient(system, twice)
    again = system.call("orders", "POST", "/v1/recipients", twice, key="another")
    assert (again.status, again.json["existing"]) == (409, known)


def wait_for_order(system: System, id: str, status: str) -> None:
    system.wait_until(lambda: read_order(system, id)["status"] == status)


def add_adult(system: System, number: int, **facts: Any) -> str:
    """A volunteer with a document on record, verified: the id."""
    body = {"site": "XP11", "personal": person(number, **facts)}
    id = system.post("volunteers", "/v1/volunteers", body).id
    system.post("volunteers", f"/v1/volunteers/{id}/verify")
    return id


def test_a_child_is_served_by_two_who_are_known_to_be_of_age(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    ann, bob = add_adult(system, 5003), add_adult(system, 5004)
    young = card(born=f"{system.now().year - 17}0314", sequence=77)
    pupil = add_adult(system, 5005, id_number=young, guardian=guardian(5006))
    unknown = add_volunteer(system, team)
    for each in (ann, bob, pupil):
        system.post("volunteers", f"/v1/volunteers/{each}/join", {"team": team})
    body = child_body(system)
    before = open_order(system, item, resident=body["person"])  # vetted before anybody knew
    child = register_recipient(system, body)
    order = open_order(system, item, resident=body["person"])

    system.wait_until(lambda: read_order(system, before)["hands"] == 2)
    assert read_order(system, order)["hands"] == 2
    system.settle()
    found = system.read("orders", f"/v1/orders/{order}/candidates?limit=100")["items"]
    candidates = {each["volunteer"] for each in found}
    assert {ann, bob} <= candidates and not {pupil, unknown} & candidates
    for each in (pupil, unknown, ann, bob):
        accept(system, order, each, team).ok()
        system.wait_until(
            lambda: "pending" not in str(read_order(system, order)["acceptances"].values())
        )
    assert read_order(system, order)["status"] == "assigned"
    assert sorted(read_order(system, order)["serving"]) == sorted([ann, bob])
    refusals = [
        each["data"]["reason"]
        for each in system.feed("volunteers")
        if each["type"].endswith("booking.refused.v1") and each["data"]["order"] == order
    ]
    assert refusals == ["not-adult", "not-adult"]

    placed = place_order(system, item, resident=body["person"])
    system.post("orders", f"/v1/recipients/{child}/close", {"reason": "moved"})
    late = system.call("orders", "POST", f"/v1/orders/{placed}/vet", {})
    assert list(late.fields) == ["resident"]
    for each in (before, order):
        wait_for_order(system, each, "cancelled")


def test_a_visit_is_noted_for_those_who_may_read_it(system: System) -> None:
    body = child_body(system, visit_days=7, next_visit=today(system))
    id = register_recipient(system, body)
    path = f"/v1/recipients/{id}"
    ann, bob = add_adult(system, 5001), add_adult(system, 5002)
    system.settle()
    for visitors in ([ann], [ann, "vol_nobody1"]):  # the recorder says that all were of age
        refused = system.call("orders", "POST", f"{path}/visits", visit_body(system, *visitors))
        assert (refused.status, list(refused.fields)) == (422, ["visitors"])

    two = visit_body(system, ann, bob, note="家里冷")
    made = system.post("orders", f"{path}/visits", two)
    visit = system.read("orders", made.headers["Location"])
    assert visit["noted"] and "家里冷" not in str(visit)
    system.wait_until(lambda: system.read("orders", path)["last_visit"] == visit["visited_at"])
    assert system.read("orders", path)["next_visit"] > visit["visited_at"]

    note = f"{path}/visits/{made.id}/note"
    assert get(system, note, client="reader").status == 403
    assert system.read("orders", note) == {"note": "家里冷"}
    [entry] = system.read("orders", f"{path}/readings")["entries"]
    assert (entry["fields"], entry["purpose"]) == (["note"], f"visit {made.id}")


def test_a_concern_is_reported_or_escalates(system: System) -> None:
    id = register_recipient(system)
    path = f"/v1/recipients/{id}/visits"
    concern = visit_body(system, outcome="concern", note="家里冷")
    reported, left = (system.post("orders", path, concern, key=f"{id}{n}").id for n in range(2))

    system.post("orders", f"{path}/{reported}/report", {"to": "civil-affairs"})
    system.move_clock(86400)
    system.wait_until(lambda: system.read("orders", f"{path}/{left}")["overdue"])
    lines = system.read("orders", "/v1/todo?site=XP11&task=report&limit=500")["items"]
    assert {left} == {each["subject"] for each in lines} & {left, reported}

    assert [each["to"] for each in told(system, "visit.reported", visit=reported)] == [
        "civil-affairs"
    ]
    assert told(system, "visit.concern-overdue", visit=reported) == []
    assert len(told(system, "visit.concern-overdue", visit=left)) == 1
    refused = system.call("orders", "POST", f"{path}/{reported}/settle", {"note": "没事"})
    assert (refused.status, refused.json["allowed"]) == (409, [])


def test_a_missed_visit_escalates_by_events(system: System) -> None:
    id = register_recipient(system, recipient_body(system, next_visit=today(system), visit_days=30))

    system.move_clock(3 * 86400)
    system.wait_until(lambda: system.read("orders", f"/v1/recipients/{id}")["level"] == 2)

    events = told(system, "recipient.visit-overdue", recipient=id)
    assert [each["level"] for each in events] == [1, 2]
    waiting = f"/v1/recipients?visit_before={system.at(days=0).replace('+', '%2B')}"
    assert id in {each["id"] for each in system.pages("orders", waiting)}
    pair = {"kind": "household", "helper": {"volunteer": "vol_dan111"}, "recipient": id}
    system.post("orders", "/v1/pairings", pair | {"site": "XP11", "since": "2026-10-01"})
    for whom in ("site=XP11", "volunteer=vol_dan111"):
        lines = system.read("orders", f"/v1/todo?{whom}&task=visit&limit=500")["items"]
        assert [each["overdue"] for each in lines if each["subject"] == id] == [True]


def test_the_volunteer_of_an_order_reads_where_to_go_around_its_time(system: System) -> None:
    body = recipient_body(system)
    id = register_recipient(system, body)
    team, item = form_team(system), publish_item(system, title="上门探访")
    ann, bob = add_volunteer(system, team), add_volunteer(system, team)
    facts = {"resident": body["person"], "starts_at": system.at(days=3)}
    order = assigned_order(system, item, team, ann, **facts)
    path = f"/v1/recipients/{id}/contact?order={order}&volunteer="

    assert get(system, path + ann).status == 403  # too early
    system.move_clock(2.5 * 86400)
    assert system.read("orders", path + ann)["address"] == "民主路 17 号 3 单元"
    assert get(system, path + bob).status == 403
    system.move_clock(86400)
    assert get(system, path + ann).status == 403  # over
    entries = system.read("orders", f"/v1/recipients/{id}/readings")["entries"]
    assert [each["purpose"] for each in entries] == [f"task {order} {ann}"]


def test_with_the_consent_everything_of_somebody_ends(system: System) -> None:
    id = register_recipient(system, recipient_body(system, visit_days=7))
    path = f"/v1/recipients/{id}"
    pair = {
        "site": "XP11",
        "kind": "household",
        "helper": {"volunteer": "vol_ann111"},
        "recipient": id,
        "since": "2026-10-01",
    }
    pairing = system.post("orders", "/v1/pairings", pair).id
    standing = set_standing_order(system, publish_item(system), recipient=id, pairing=pairing)
    noted = visit_body(system, note="家里冷", pairing=pairing)
    visit = system.post("orders", f"{path}/visits", noted).id

    system.post("orders", f"{path}/close", {"reason": "consent-withdrawn"})

    system.wait_until(lambda: system.read("orders", f"{path}/visits/{visit}")["status"] == "erased")
    system.wait_until(
        lambda: system.read("orders", f"/v1/pairings/{pairing}")["reason"] == "recipient-closed"
    )
    system.wait_until(
        lambda: system.read("orders", f"/v1/standing-orders/{standing}")["status"] == "ended"
    )
    left = system.read("orders", path)
    assert (left["status"], left["kept"], left["person"], left["name"]) == (
        "erased",
        [],
        "erased",
        "",
    )
    assert system.read("orders", f"{path}/visits/{visit}/note") == {}


def test_figures_hide_what_would_point_at_few(system: System) -> None:
    person = recipient_body(system, categories=["hardship"])
    register_recipient(system, person)

    figures = system.read("orders", "/v1/recipient-figures?site=XP11")["by_category"]

    shown = {each["category"]: each["people"] for each in figures}
    assert shown["hardship"] is None
    database = system.database("orders")["recipients"]
    count = database.count_documents({"state.status": "active", "state.site": "XP11"})
    assert all(people is None or 5 <= people <= count for people in shown.values())


def test_a_standing_order_makes_each_order_once_though_the_worker_was_down(
    system: System,
) -> None:
    who = resident(system)
    standing = set_standing_order(system, publish_item(system), resident=who)
    path = f"/v1/standing-orders/{standing}"
    first = system.read("orders", path)["next_at"]
    system.settle()

    # Down from before the first is made (day 6) until that one has passed (day 20); meanwhile those
    # of the days 27 and 34 became due.
    system.kill("orders-worker")
    system.move_clock(21 * 86400)
    system.start_again("orders-worker")
    system.wait_until(lambda: system.read("orders", path)["placed"] == 2, 60)
    system.start_again("orders-worker")  # once more: nothing is made again
    system.wait_until_ready("orders")
    system.settle()

    placed = told(system, "standing-order.placed", standing_order=standing)
    missed = told(system, "standing-order.missed", standing_order=standing)
    orders = list(system.pages("orders", f"/v1/orders?resident={who}"))
    assert [each["starts_at"] for each in missed] == [first]
    assert sorted(each["id"] for each in orders) == sorted(each["order"] for each in placed)
    assert sorted(each["starts_at"] for each in orders) == [each["starts_at"] for each in placed]
    assert len(orders) == 2


def test_a_child_is_ordered_for_with_two_volunteers(system: System) -> None:
    child = register_recipient(system, child_body(system))
    item = publish_item(system)
    schedule = {"rhythm": "monthly", "days": [1], "at": "09:00", "starts_on": "2026-10-01"}
    body = {"site": "XP11", "item": item, "recipient": child, "schedule": schedule}

    alone = system.call("orders", "POST", "/v1/standing-orders", body)

    assert (alone.status, list(alone.fields)) == (422, ["hands"])
    assert system.call("orders", "POST", "/v1/standing-orders", body | {"hands": 2}).status == 201
