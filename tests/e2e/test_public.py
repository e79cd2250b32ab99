"""What everybody may see, without a key: the list, the calendar that follows changes, the map."""

from typing import Any

import icalendar

from tests.campaigns import open_programme
from tests.system import Answer, Document, System, announce_activity, open_site
from tests.unit.test_listing import Subscriber


def ask(system: System, path: str) -> Answer:
    answer = system.get(f"{system.urls['events']}{path}")
    assert answer.status == 200, answer.data
    return answer


def subscribed(system: System, program: Subscriber, query: str) -> dict[str, dict[str, str]]:
    answer = ask(system, f"/v1/public/activities.ics{query}")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert icalendar.Calendar.from_ical(answer.data).errors == []
    program.refresh(answer.data)
    return program.shown


def listed(system: System, query: str) -> list[Document]:
    found: list[Document] = ask(system, f"/v1/public/activities{query}").json["items"]
    return found


def terms(system: System, **facts: Any) -> Document:
    usual = {
        "title": "改期的讲座",
        "starts_at": system.at(hours=48),
        "ends_at": system.at(hours=49),
        "capacity": 10,
        "audience": ["elderly"],
    }
    return usual | facts


def test_a_subscriber_sees_a_change_and_a_cancelled_activity_vanishes(system: System) -> None:
    site = open_site(system)
    query = f"?site={site}"
    id = announce_activity(system, site, audience=["elderly"])
    program = Subscriber()
    system.wait_until(lambda: subscribed(system, program, query))
    [before] = program.shown.values()

    changed = system.call(
        "events", "PUT", f"/v1/activities/{id}", terms(system), headers={"If-Match": '"1"'}
    )
    changed.ok()
    system.wait_until(
        lambda: next(iter(subscribed(system, program, query).values()))["SEQUENCE"] == "1"
    )
    [after] = program.shown.values()
    assert before["UID"] == after["UID"] and before["DTSTART"] != after["DTSTART"]
    assert after["SUMMARY"] == "改期的讲座"
    assert [each["title"] for each in listed(system, query)] == ["改期的讲座"]

    system.post("events", f"/v1/activities/{id}/cancel", {"reason": "台风"})
    system.wait_until(lambda: not subscribed(system, program, query))
    assert listed(system, query) == []


def test_calendars_are_chosen_by_site_series_and_audience_and_hold_only_what_is_public(
    system: System,
) -> None:
    site = open_site(system)
    series = {"code": "public-reading", "title": "书香", "title_en": "Books", "theme": "culture"}
    system.post("events", "/v1/series", series)
    wanted: dict[str, dict[str, Any]] = {
        "全民阅读": {"series": "public-reading"},
        "老年讲座": {"audience": ["elderly"]},
        "少儿讲座": {"audience": ["children"]},
        "内部座谈": {"public": False},
    }
    for title, facts in wanted.items():
        announce_activity(system, site, title=title, **facts)
    system.settle()

    def titles(query: str) -> set[str]:
        found = {each["title"] for each in listed(system, query)}
        program = Subscriber()
        shown = subscribed(system, program, query).values()
        assert {each["SUMMARY"] for each in shown} == found
        return found

    assert titles(f"?site={site}") == {"全民阅读", "老年讲座", "少儿讲座"}
    assert titles("?series=public-reading") == {"全民阅读"}
    assert titles(f"?site={site}&audience=elderly") == {"全民阅读", "老年讲座"}
    assert system.get(f"{system.urls['events']}/v1/public/activities?x=1").status == 400
    assert system.get(f"{system.urls['events']}/v1/activities").status == 401


def test_a_subscriber_sees_a_programme_and_a_cancelled_session_of_it_vanishes(
    system: System,
) -> None:
    site, program = open_site(system), Subscriber()
    query = f"?site={site}&audience=newcomers"
    id = open_programme(system, site=site)
    system.wait_until(lambda: len(subscribed(system, program, query)) == 2)
    assert {each["CATEGORIES"] for each in program.shown.values()} == {"传文明,培训课程"}

    system.post("events", f"/v1/programmes/{id}/cancel-session", {"session": 2, "reason": "台风"})

    system.wait_until(lambda: len(subscribed(system, program, query)) == 1)
    [shown] = listed(system, query)
    assert (shown["activity"], shown["kind"]) == (id, "programme")
    assert [each["session"] for each in shown["sessions"]] == ["1"]


def test_a_position_of_a_chinese_map_and_a_schematic_place_reach_the_other_services(
    system: System,
) -> None:
    site = open_site(system)
    body: Document = {"level": "station", "title": "站北", "title_en": "Zhanbei"}
    gcj: Document = {
        "latitude": 31.17530398,
        "longitude": 121.53154186,
        "datum": "gcj-02",
    }  # Shanghai
    somewhere: Document = {"latitude": 34.6, "longitude": 119.17}
    places = [({"drawn_at": somewhere}, True), ({"position": gcj, "drawn_at": somewhere}, False)]
    for version, (place, schematic) in enumerate(places, 1):
        tag = {"If-Match": f'"{version}"'}
        system.call("events", "PUT", f"/v1/sites/{site}", body | place, headers=tag).ok()
        features = ask(system, "/v1/public/sites.geojson").json["features"]
        [mine] = [each for each in features if each["id"] == site]
        assert mine["properties"]["schematic"] is schematic

    copy = system.live("reports", "sites")
    known: Document = {"_id": site, "position": {"latitude": 31.177428, "longitude": 121.527211}}
    system.wait_until(lambda: copy.find_one(known | {"drawn_at": somewhere}))


def test_the_map_shows_where_sites_are(system: System) -> None:
    site = open_site(system)
    move = {
        "address": "海连路 1 号",
        "position": {"latitude": 34.6, "longitude": 119.17},
        "since": "2026-05-01",
    }
    system.post("events", f"/v1/sites/{site}/move", move)

    features = ask(system, "/v1/public/sites.geojson").json["features"]

    [mine] = [each for each in features if each["id"] == site]
    assert mine["geometry"] == {"type": "Point", "coordinates": [119.17, 34.6]}
    assert mine["properties"]["address"] == "海连路 1 号"
    assert mine["properties"]["schematic"] is False


def test_a_site_keeps_who_led_it(system: System) -> None:
    site = open_site(system)
    path = f"/v1/sites/{site}"
    for since in ("2020-03-01", "2026-01-01"):
        head = {"person": f"P-{since}", "duty": "head", "post": "社区书记"}
        system.post("events", f"{path}/leading-group", {"members": [head], "since": since})
        system.post(
            "events",
            f"{path}/responsible",
            {k: head[k] for k in ("person", "post")} | {"since": since},
        )
    system.post("events", f"{path}/work-plans", {"year": 2026, "title": "计划", "text": "每月一讲"})

    leadership = system.read("events", path)["leadership"]

    groups, responsible = leadership["groups"], leadership["responsible"]
    assert [each["since"] for each in groups] == ["2020-03-01", "2026-01-01"]
    assert [each["person"] for each in responsible] == ["P-2020-03-01", "P-2026-01-01"]
    assert [each["revision"] for each in leadership["plans"]] == [1]
