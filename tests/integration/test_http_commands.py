"""Commands over HTTP: done once however often they are sent, versions, audit, illegal moves."""

import re
from functools import partial

import pytest

from tests.integration.refusals import refused
from tests.system import (
    Answer,
    System,
    accept,
    add_volunteer,
    assigned_order,
    at_once,
    form_team,
    open_order,
    open_site,
    order_body,
    publish_item,
    read_order,
)

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture(scope="module")
def item(system: System) -> str:
    return publish_item(system)


@pytest.fixture(scope="module")
def team(system: System) -> str:
    return form_team(system)


@pytest.fixture(scope="module")
def second_api(system: System) -> str:
    """Another process of the orders service on the same database."""
    return system.start_extra_api("orders")


def assert_same(answers: list[Answer], status: int) -> None:
    assert {each.status for each in answers} == {status}, answers[0].data
    assert len({each.data for each in answers}) == 1
    assert len({each.headers["ETag"] for each in answers}) == 1


# ---- once, however often ----


def test_the_same_order_sent_fifty_times_at_once_is_one_order(
    system: System, item: str, second_api: str
) -> None:
    body, key = order_body(system, item), next(system.names)
    urls = [system.urls["orders"], second_api] * 25

    answers = at_once(
        partial(system.call, "orders", "POST", "/v1/orders", body, key=key, url=url) for url in urls
    )

    assert_same(answers, 201)
    mine = {"state.resident": body["resident"]}
    assert system.database("orders")["orders"].count_documents(mine) == 1
    told = [e for e in system.feed("orders") if e["subject"] == answers[0].id]
    assert [e["type"] for e in told] == ["shijian.orders.order.placed.v1"]


def test_the_same_acceptance_sent_fifty_times_at_once_holds_one_hand(
    system: System, item: str, team: str, second_api: str
) -> None:
    order, volunteer = open_order(system, item, hands=3), add_volunteer(system, team)
    urls = [system.urls["orders"], second_api] * 25

    answers = at_once(
        partial(accept, system, order, volunteer, team, key="grab", url=url) for url in urls
    )

    assert_same(answers, 200)
    assert len(read_order(system, order)["acceptances"]) == 1


def test_a_late_repeat_gets_the_first_answer_though_the_order_has_moved_on(
    system: System, item: str, team: str
) -> None:
    body, key = order_body(system, item), next(system.names)
    placed = system.post("orders", "/v1/orders", body, key=key)
    vetted = system.post("orders", f"/v1/orders/{placed.id}/vet", key="vet")
    accepted = accept(system, placed.id, add_volunteer(system, team), team, key="accept").ok()
    system.post("orders", f"/v1/orders/{placed.id}/cancel", {"by": "resident", "reason": "well"})

    assert_same([placed, system.post("orders", "/v1/orders", body, key=key)], 201)
    assert_same([vetted, system.post("orders", f"/v1/orders/{placed.id}/vet", key="vet")], 200)
    volunteer = next(iter(read_order(system, placed.id)["acceptances"].values()))["volunteer"]
    assert_same([accepted, accept(system, placed.id, volunteer, team, key="accept")], 200)


def test_a_late_repeat_gets_the_first_answer_though_the_time_has_come(
    system: System, item: str
) -> None:
    body, key = order_body(system, item), next(system.names)
    placed = system.post("orders", "/v1/orders", body, key=key)

    system.move_clock(3 * 3600)

    assert_same([placed, system.call("orders", "POST", "/v1/orders", body, key=key)], 201)


def test_a_late_repeat_gets_the_first_answer_though_the_item_is_withdrawn(system: System) -> None:
    item = publish_item(system)
    body, key = order_body(system, item), next(system.names)
    placed = system.post("orders", "/v1/orders", body, key=key)

    system.post("orders", f"/v1/menu-items/{item}/withdraw")

    assert_same([placed, system.call("orders", "POST", "/v1/orders", body, key=key)], 201)


def test_a_late_repeat_gets_the_first_answer_though_the_site_is_closed(
    system: System, item: str
) -> None:
    site = open_site(system)
    body, key = order_body(system, item, site=site), next(system.names)
    placed = system.post("orders", "/v1/orders", body, key=key)

    system.post("events", f"/v1/sites/{site}/close")
    other = order_body(system, item, site=site)
    system.wait_until(lambda: system.call("orders", "POST", "/v1/orders", other).status == 422)

    assert_same([placed, system.call("orders", "POST", "/v1/orders", body, key=key)], 201)


def test_a_key_used_for_another_body_is_refused(system: System, item: str, team: str) -> None:
    body, key = order_body(system, item), next(system.names)
    order = system.post("orders", "/v1/orders", body, key=key).id
    refusal = {"status": 422, "kind": "unprocessable", "field": "Idempotency-Key"}

    refused(system, "orders", "POST", "/v1/orders", body | {"hands": 2}, key=key, **refusal)  # type: ignore[arg-type]

    reason = {"reason": "not offered"}
    system.post("orders", f"/v1/orders/{order}/reject", reason, key="reject")
    again = {"reason": "another reason"}
    refused(system, "orders", "POST", f"/v1/orders/{order}/reject", again, key="reject", **refusal)  # type: ignore[arg-type]
    assert read_order(system, order)["reason"] == "not offered"


def test_a_key_belongs_to_its_client_and_route(system: System, item: str) -> None:
    body, key = order_body(system, item), next(system.names)

    office = system.post("orders", "/v1/orders", body, key=key)
    station = system.post("orders", "/v1/orders", body, key=key, client="station")
    vetted = system.post("orders", f"/v1/orders/{office.id}/vet", key=key)

    assert office.id != station.id
    assert vetted.json["status"] == "open"


def test_without_a_key_each_request_makes_its_own(system: System, item: str) -> None:
    body = order_body(system, item)

    ids = {system.post("orders", "/v1/orders", body).id for _ in range(3)}

    assert len(ids) == 3


def test_a_volunteer_may_accept_again_in_the_same_chain_of_requests(
    system: System, item: str, team: str
) -> None:
    """A caller's X-Request-ID names a chain of requests; it is no Idempotency-Key."""
    order, volunteer = open_order(system, item), add_volunteer(system, team)
    chain = {"headers": {"X-Request-ID": f"chain-{next(system.names)}"}}
    accept(system, order, volunteer, team, **chain).ok()
    system.wait_until(lambda: read_order(system, order)["status"] == "assigned")
    [first] = read_order(system, order)["acceptances"]
    system.post("orders", f"/v1/orders/{order}/acceptances/{first}/release", **chain)

    accept(system, order, volunteer, team, **chain).ok()

    system.wait_until(lambda: read_order(system, order)["status"] == "assigned", 5)


# ---- versions ----


def test_an_answer_has_the_version_and_place_of_what_was_made(system: System, item: str) -> None:
    answer = system.post("orders", "/v1/orders", order_body(system, item))

    href = f"/v1/orders/{answer.id}"
    assert answer.status == 201
    assert answer.headers["Location"] == href == answer.json["href"]
    assert answer.headers["ETag"] == '"1"'
    assert answer.json | {"at": "", "id": ""} == {
        "id": "",
        "version": 1,
        "status": "placed",
        "at": "",
        "href": href,
    }
    assert RFC_3339.fullmatch(answer.json["at"])
    assert system.call("orders", "GET", href).headers["ETag"] == '"1"'


def test_a_gateways_prefix_is_in_every_link(system: System, item: str) -> None:
    headers = {"X-Forwarded-Prefix": "/orders"}
    answer = system.post("orders", "/v1/orders", order_body(system, item), headers=headers)
    path = f"/v1/orders?item={item}&limit=1"
    page = system.call("orders", "GET", path, headers=headers)

    assert answer.headers["Location"] == f"/orders/v1/orders/{answer.id}"
    assert page.headers["Link"].startswith(f"</orders{path}&cursor=")


def test_a_change_of_another_version_is_refused(system: System, item: str) -> None:
    order = open_order(system, item)
    path = f"/v1/orders/{order}/cancel"
    body = {"by": "resident", "reason": "well again"}

    refused(
        system,
        "orders",
        "POST",
        path,
        body,
        headers={"If-Match": '"1"'},
        status=412,
        kind="version-mismatch",
    )
    assert read_order(system, order)["status"] == "open"

    answer = system.post("orders", path, body, headers={"If-Match": '"2"'})
    assert answer.json["version"] == 3


def test_a_site_is_changed_only_by_who_says_which_version_they_read(system: System) -> None:
    code = open_site(system)
    path, facts = f"/v1/sites/{code}", {"level": "station", "title": "新", "title_en": "New"}
    read = system.call("events", "GET", path)

    refused(
        system, "events", "PUT", path, facts, status=428, kind="version-required", field="If-Match"
    )
    changed = system.call("events", "PUT", path, facts, headers={"If-Match": read.headers["ETag"]})
    assert changed.status == 200
    refused(
        system,
        "events",
        "PUT",
        path,
        facts,
        headers={"If-Match": read.headers["ETag"]},
        status=412,
        kind="version-mismatch",
    )
    assert system.read("events", path)["title"] == "新"


def test_of_two_who_change_the_same_version_one_wins(system: System) -> None:
    code = open_site(system)
    facts = {"level": "station", "title_en": "New"}
    calls = [
        partial(
            system.call,
            "events",
            "PUT",
            f"/v1/sites/{code}",
            facts | {"title": f"标题{number}"},
            headers={"If-Match": '"1"'},
        )
        for number in range(20)
    ]

    statuses = sorted(each.status for each in at_once(calls, 20))

    assert statuses == [200] + [412] * 19


# ---- moves ----


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("vet", {}),
        ("reject", {"reason": "late"}),
        ("complete", {}),
        ("rate", {"stars": 5}),
        ("decline", {"volunteer": "vol_any111"}),
    ],
)
def test_an_illegal_move_is_refused_with_those_that_are_allowed(
    system: System, item: str, move: str, body: dict[str, object]
) -> None:
    order = open_order(system, item)
    before = read_order(system, order)

    answer = refused(
        system, "orders", "POST", f"/v1/orders/{order}/{move}", body, status=409, kind="conflict"
    )

    assert answer.json["state"] == "open"
    assert {"dispatch", "accept", "cancel"} <= set(answer.json["allowed"])
    assert move not in answer.json["allowed"]
    assert read_order(system, order) == before


def test_a_full_order_is_refused_with_what_is_allowed(system: System, item: str, team: str) -> None:
    order = assigned_order(system, item, team, add_volunteer(system, team))
    late = {"volunteer": add_volunteer(system, team), "team": team}

    answer = refused(
        system, "orders", "POST", f"/v1/orders/{order}/accept", late, status=409, kind="conflict"
    )

    assert "cancel" in answer.json["allowed"]


# ---- who did what ----


def test_the_audit_trail_says_which_client_and_person_did_what_and_when(
    system: System, item: str
) -> None:
    order = system.post(
        "orders", "/v1/orders", order_body(system, item), headers={"X-Person": "worker-7"}
    ).id
    system.post("orders", f"/v1/orders/{order}/vet", client="station", key="v")

    placed, vetted = system.read("orders", f"/v1/orders/{order}/audit")["entries"]

    assert (placed["client"], placed["person"], placed["version"]) == ("office", "worker-7", 1)
    assert (vetted["client"], vetted["status"], vetted["version"]) == ("station", "open", 2)
    assert placed["command"].endswith("place_order") or placed["command"].endswith("place")
    assert RFC_3339.fullmatch(placed["at"]), placed["at"]
    assert not {"key", "fingerprint"} & (placed.keys() | vetted.keys())


def test_a_request_id_is_given_back_and_kept_with_what_it_did(system: System, item: str) -> None:
    id = f"request-{next(system.names)}"
    answer = system.post(
        "orders", "/v1/orders", order_body(system, item), headers={"X-Request-ID": id}
    )

    assert answer.headers["X-Request-ID"] == id
    [entry] = system.read("orders", f"/v1/orders/{answer.id}/audit")["entries"]
    assert entry["correlation"] == id
    told = system.wait_until(
        lambda: [e for e in system.feed("orders") if e["subject"] == answer.id]
    )
    assert told[0]["correlationid"] == id


@pytest.mark.parametrize("id", ["", "a b", "x" * 65, "<script>"])
def test_a_request_id_that_is_none_is_replaced(system: System, id: str) -> None:
    answer = system.call("orders", "GET", "/v1/whoami", headers={"X-Request-ID": id})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
