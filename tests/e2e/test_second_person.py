"""Two persons where two are needed: told by a system, or proved by a key of their own."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from shared.settings import SERVICES
from shared.web.clients import LOOK_SECONDS
from tests.system import Answer, System, order_body, publish_item
from tests.told_upward import CHECKER, WRITER, draft_bulletin

CHECKS = {
    ("volunteers", "/v1/hours/sheets/{id}/check"),
    ("volunteers", "/v1/hours/sheets/{id}/refuse"),
    ("volunteers", "/v1/hours/sheets/{id}/rows/{row}/decide"),
    ("volunteers", "/v1/hours/corrections/{id}/approve"),
    ("volunteers", "/v1/hours/corrections/{id}/refuse"),
    ("volunteers", "/v1/certificates/{id}/dismiss-objections"),
    ("events", "/v1/activities/{id}/sheets/{sheet}/check"),
    ("reports", "/v1/bulletins/{id}/check"),
    ("reports", "/v1/model-cases/{id}/check"),
    ("reports", "/v1/monthly-reports/{id}/return"),
    ("reports", "/v1/monthly-reports/{id}/accept"),
    ("reports", "/v1/constructions/{id}/acceptances/{acceptance}/decide"),
}


@pytest.fixture(scope="module")
def strict(system: System) -> Iterator[str]:
    """An api of reports where the second person has to be proved: its address."""
    url = system.start_extra_api("reports", SECOND_PERSON="proved")
    yield url
    system.end_extra_api(url)


@pytest.fixture(scope="module")
def li(system: System) -> str:
    """A client whose key is a person's own."""
    system.keys["li"] = system.clients.add("li", "Li", ["*"], ["*"], CHECKER["X-Person"])
    system.wait_until(
        lambda: all(
            system.call(each, "GET", "/v1/whoami", client="li").status == 200 for each in SERVICES
        ),
        LOOK_SECONDS + 5,
    )
    return "li"


def check(system: System, bulletin: str, **options: Any) -> Answer:
    return system.call("reports", "POST", f"/v1/bulletins/{bulletin}/check", {}, **options)


def test_what_a_second_person_does_is_declared_so() -> None:
    found = {
        (service, operation.path)
        for service in SERVICES
        for operation in import_module(f"services.{service}.api").api.operations
        if operation.checks
    }

    assert found == CHECKS


def test_a_told_person_may_check_where_nothing_else_is_set(system: System) -> None:
    bulletin = draft_bulletin(system).ok().id

    assert check(system, bulletin, headers=WRITER).kind == "conflict"
    assert check(system, bulletin, headers=CHECKER).status == 200


def test_where_it_has_to_be_proved_a_told_person_enters_and_a_proved_one_checks(
    system: System, strict: str, li: str
) -> None:
    bulletin = draft_bulletin(system).ok().id

    told = check(system, bulletin, headers=CHECKER, url=strict)
    proved = check(system, bulletin, client=li, url=strict)

    assert (told.status, told.json["second_person"]) == (403, "proved")
    assert proved.ok().json["status"] == "checked"


def test_the_proved_person_may_not_be_the_first_either(
    system: System, strict: str, li: str
) -> None:
    body = {"site": "XP11", "title": "重阳敬老", "text": "站北社区为老人理发"}
    bulletin = system.post("reports", "/v1/bulletins", body, client=li, url=strict).id

    assert check(system, bulletin, client=li, url=strict).kind == "conflict"


@pytest.mark.parametrize("path", sorted(path for service, path in CHECKS if service == "reports"))
def test_nothing_that_checks_takes_a_told_person_there(
    system: System, strict: str, path: str
) -> None:
    path = path.replace("{", "none_").replace("}", "")

    answer = system.call("reports", "POST", path, {}, headers=CHECKER, url=strict)

    assert (answer.status, answer.json.get("second_person")) == (403, "proved")


def test_a_key_of_ones_own_speaks_for_nobody_else(system: System, li: str) -> None:
    body = order_body(system, publish_item(system))

    def place(**headers: str) -> Answer:
        return system.call("orders", "POST", "/v1/orders", body, client=li, headers=headers)

    assert place(**WRITER).status == 403
    named, unnamed = place(**CHECKER).ok(), place().ok()
    told = system.post("orders", "/v1/orders", body, headers=CHECKER)

    def who(order: str) -> tuple[str, bool]:
        [entry] = system.read("orders", f"/v1/orders/{order}/audit")["entries"]
        return entry["person"], entry["proved"]

    own = CHECKER["X-Person"]
    assert [who(each.id) for each in (named, unnamed, told)] == [
        *((own, True), (own, True)),
        (own, False),
    ]
    assert system.read("orders", "/v1/whoami", client=li)["person"] == own


def test_a_key_of_ones_own_speaks_for_nobody_else_by_open311(system: System, li: str) -> None:
    item = publish_item(system)
    fields = {
        "service_code": item,
        "address_string": "XP11",
        "api_key": system.keys[li],
    }

    def post(person: str) -> int:
        url = f"{system.urls['orders']}/open311/v2/requests.json"
        return system.http.request_encode_body(
            "POST", url, fields, headers={"X-Person": person}, encode_multipart=False
        ).status

    assert (post("wang-1"), post(CHECKER["X-Person"])) == (403, 400)  # its time is not given


def test_nobody_can_tell_the_number_of_an_account(system: System) -> None:
    account = {"X-Person": "oidc-0123456789abcdef01234567"}

    answer = system.call(
        "reports",
        "POST",
        "/v1/bulletins",
        {"site": "XP11"} | {"title": "a", "text": "b"},
        headers=account,
    )

    assert (answer.status, set(answer.fields)) == (400, {"X-Person"})
