"""Lists in pages: each thing once, whatever is added meanwhile, and only what was asked for."""

import pytest

from tests.system import (
    System,
    add_volunteer,
    form_team,
    next_link,
    open_order,
    open_site,
    place_order,
    publish_item,
    read_order,
)


@pytest.fixture(scope="module")
def item(system: System) -> str:
    return publish_item(system)


def test_every_page_by_its_link_gives_each_thing_once_and_in_order(system: System) -> None:
    item = publish_item(system)
    placed = [place_order(system, item) for _ in range(7)]

    found = [each["id"] for each in system.pages("orders", f"/v1/orders?item={item}&limit=3")]

    assert found == placed


def test_the_cursor_of_the_body_is_that_of_the_link(system: System) -> None:
    item = publish_item(system)
    for _ in range(3):
        place_order(system, item)

    first = system.call("orders", "GET", f"/v1/orders?item={item}&limit=2")
    rest = system.call("orders", "GET", next_link(first))

    assert next_link(first).endswith(f"cursor={first.json['next']}")
    assert (len(first.json["items"]), len(rest.json["items"])) == (2, 1)
    assert (rest.json["next"], "Link" in rest.headers) == (None, False)


def test_what_is_added_while_turning_pages_moves_nothing(system: System) -> None:
    item = publish_item(system)
    placed = [place_order(system, item) for _ in range(4)]
    first = system.call("orders", "GET", f"/v1/orders?item={item}&limit=2")

    placed.append(place_order(system, item))
    rest = [each["id"] for each in system.pages("orders", next_link(first))]

    assert [each["id"] for each in first.json["items"]] + rest == placed


def test_a_page_that_holds_all_has_no_next(system: System) -> None:
    item = publish_item(system)
    for _ in range(2):
        place_order(system, item)

    answer = system.call("orders", "GET", f"/v1/orders?item={item}&limit=2")

    assert (answer.json["next"], next_link(answer)) == (None, "")


def test_a_list_shows_what_reading_the_one_shows(system: System, item: str) -> None:
    order = open_order(system, item)

    found = [e for e in system.pages("orders", f"/v1/orders?item={item}") if e["id"] == order]

    assert found == [read_order(system, order)]


def test_filters_narrow_a_list(system: System) -> None:
    item = publish_item(system)
    here, there = place_order(system, item), place_order(system, item, site="XP12")
    vetted = open_order(system, item)

    def found(query: str) -> list[str]:
        path = f"/v1/orders?item={item}&{query}"
        return [each["id"] for each in system.pages("orders", path)]

    assert found("site=XP12") == [there]
    assert found("status=open") == [vetted]
    assert found("status=placed&site=XP11") == [here]
    assert found(f"resident={read_order(system, here)['resident']}") == [here]
    assert found("status=closed") == []


def test_the_menu_shows_what_can_be_ordered_at_a_site(system: System) -> None:
    everywhere, here = publish_item(system), publish_item(system, sites=["XP11"])
    there, gone = publish_item(system, sites=["XP12"]), publish_item(system)
    system.post("orders", f"/v1/menu-items/{gone}/withdraw")

    found = {each["id"] for each in system.pages("orders", "/v1/menu-items?site=XP11&limit=5")}

    assert {everywhere, here} <= found
    assert not {there, gone} & found


def test_volunteers_are_listed_by_team_and_status(system: System) -> None:
    team = form_team(system)
    members = {add_volunteer(system, team) for _ in range(3)}
    suspended = members.pop()
    reason = {"reason": "complaint"}
    system.post("volunteers", f"/v1/volunteers/{suspended}/suspend", reason)

    def found(query: str) -> set[str]:
        return {e["id"] for e in system.pages("volunteers", f"/v1/volunteers?team={team}&{query}")}

    assert found("limit=1") == members | {suspended}
    assert found("status=suspended") == {suspended}


def test_sites_are_listed_by_level(system: System) -> None:
    code = open_site(system)

    stations = {each["code"] for each in system.pages("events", "/v1/sites?level=station&limit=2")}
    points = {each["code"] for each in system.pages("events", "/v1/sites?level=point")}

    assert code in stations
    assert code not in points
