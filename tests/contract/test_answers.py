"""What the running services answer and tell is what the published documents say."""

import re
from typing import Any

import pytest

from services.events.store import plan_id
from shared.settings import SERVICES
from tests.assessing import adopt_rubric, compute, find, inspect, order_rectification
from tests.campaigns import announced, honour_of, open_drive, open_programme, raise_objection
from tests.certificates import apply_for, issue
from tests.community import (
    ask_question,
    make_wish,
    open_survey,
    register_recipient,
    resident,
    set_standing_order,
    take_snapshot,
    visit_body,
)
from tests.construction import lay_out
from tests.contract.documents import read, validator
from tests.hours import enter_sheet, propose_correction
from tests.reporting import monthly_report
from tests.rosters import make_plan, make_template, open_feed, plan_shift, propose_swap
from tests.system import (
    Answer,
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    order_body,
    photograph,
    publish_item,
    register,
    upload,
    write_template,
)
from tests.told_upward import draft_bulletin, draft_case, record_coverage
from tests.unit.persons import person as personal


@pytest.fixture(scope="module")
def things(system: System) -> dict[str, str]:
    """An id of each kind, by its place in a path."""
    team = form_team(system)
    item, volunteer = publish_item(system), add_volunteer(system, team)
    table = {"columns": "own-teams", "site": "XP11"}
    coming = system.post("volunteers", "/v1/imports", table).id
    known = {"site": "XP11", "personal": personal(201)}
    path = f"/v1/volunteers/{system.post('volunteers', '/v1/volunteers', known).id}"
    order = assigned_order(system, item, team, volunteer)
    series = {"code": "reading", "title": "经典阅读", "title_en": "Reading", "theme": "culture"}
    system.post("events", "/v1/series", series)
    community = community_things(system, item)
    template, report = make_template(system), publish_report(system)
    return {
        **community,
        **activity_things(system),
        **selection_things(system),
        "/v1/menu-items/{id}": item,
        "/v1/menu-items/{id}/editions/{edition}": f"/v1/menu-items/{item}/editions/1",
        "/v1/orders/{id}": order,
        "/v1/orders/{id}/candidates": order,
        "/v1/orders/{id}/deadlines": order,
        "/v1/templates/{id}": write_template(system),
        "/v1/orders/{id}/audit": order,
        "/v1/files/{id}/facts": upload(system, "orders", "order", photograph()).id,
        "volunteers:/v1/files/{id}/facts": upload(
            system, "volunteers", "hours-sheet", photograph()
        ).id,
        "/v1/volunteers/{id}/hours": volunteer,
        "/v1/hours/sheets/{id}": enter_sheet(system),
        **certified(system),
        "/v1/hours/corrections/{id}": propose_correction(system),
        "/v1/teams/{id}": team,
        "/v1/volunteers/{id}": volunteer,
        "/v1/teams/{id}/members": team,
        "/v1/teams/{id}/requests": team,
        "/v1/volunteers/{id}/calendar": volunteer,
        "/v1/volunteers/{id}/shifts": volunteer,
        "/v1/volunteers/{id}/open-shifts": volunteer,
        "/v1/volunteers/{id}/no-shows": volunteer,
        "/v1/sites/{site}/roster": "XP11",
        "/v1/calendar-feeds/{id}": open_feed(system, volunteer),
        "/v1/swaps/{id}": propose_swap(system, team),
        "/v1/shifts/{id}": plan_shift(system),
        "/v1/shift-templates/{id}": template,
        "/v1/plans/{id}": make_plan(system, template),
        "/v1/volunteers/{id}/qualifications": volunteer,
        "/v1/imports/{id}": coming,
        "/v1/imports/{id}/problems": coming,
        "/v1/volunteers/{id}/readings": volunteer,
        "/v1/volunteers/{id}/copy": volunteer,
        "/v1/volunteers/{id}/personal-data": f"{path}/personal-data?purpose=contact",
        "/v1/sites/{code}": "XP11",
        "/v1/series/{code}": "reading",
        "/v1/reports/{id}": report,
        "/v1/reports/{id}/files": report,
        "/v1/monthly-reports/{id}": monthly_report(system, "XP11")["id"],  # a month goes by
        "/v1/recipients/{id}/contact": contact(system, item),  # last: others move the clock
        **told_upward(system),
        **assessed(system),
        **dict.fromkeys(WEBHOOK, subscribe(system, "/v1/webhooks", HOOK)),
        **dict.fromkeys(QUEUE, subscribe_queue(system)),
    }


WEBHOOK = ["/v1/webhooks/{id}" + part for part in ("", "/secret", "/deliveries", "/snapshot")]
QUEUE = ["/v1/queues/{id}" + part for part in ("", "/deliveries", "/snapshot")]
HOOK = {"url": "http://127.0.0.1:9/hook"}


def subscribe(system: System, path: str, facts: dict[str, str]) -> str:
    return system.post("reports", path, {"sites": ["XP12"], "begin": "snapshot"} | facts).id


def subscribe_queue(system: System) -> str:
    """Empty where a given broker makes no users."""
    if not system.parts.broker_admin_url:
        return ""
    system.wait_until(lambda: system.read("reports", "/v1/queues")["available"])
    return subscribe(system, "/v1/queues", {})


def assessed(system: System) -> dict[str, str]:
    """督查考核 and 整改."""
    rubric = adopt_rubric(system)
    visit, found = inspect(system, rubric, "XP11", 25), find(system, rubric, "XP11")
    path = f"/v1/assessments/{(assessment := compute(system, rubric))}"
    figure = "site:orders_placed"
    return {
        "/v1/rubrics/{id}": rubric,
        "/v1/rubrics/{id}/problems": rubric,
        "/v1/rubrics/{id}/editions/{number}": f"/v1/rubrics/{rubric}/editions/1",
        "/v1/inspections/{id}": visit,
        "/v1/findings/{id}": found,
        "/v1/assessments/{id}": assessment,
        "/v1/assessments/{id}/sites/{site}": f"{path}/sites/XP11",
        "/v1/assessments/{id}/evidence": f"{path}/evidence?site=XP11&figure={figure}",
        "/v1/assessments/{id}/recount": assessment,
        "/v1/sites/{site}/scores": "XP11",
        "/v1/rectifications/{id}": order_rectification(system),
    }


INSPECTION_FILE = ["/v1/inspection-files/{id}", "/v1/inspection-files/{id}/missing"]


def order_file(system: System) -> str:
    body = {"period": "2026-10", "site": "XP11"}
    return system.post("reports", "/v1/inspection-files", body).id


def told_upward(system: System) -> dict[str, str]:
    """Construction, publicity and 信息报送."""
    return {
        "/v1/constructions/{id}": lay_out(system),
        **dict.fromkeys(INSPECTION_FILE, order_file(system)),
        "/v1/coverage/{id}": record_coverage(system).id,
        "/v1/model-cases/{id}": draft_case(system).id,
        "/v1/bulletins/{id}": draft_bulletin(system).id,
        "reports:/v1/files/{id}/facts": upload(system, "reports", "bulletin", photograph()).id,
    }


def publish_report(system: System) -> str:
    return system.post("reports", "/v1/reports", {"month": "2026-10"}).id


def certified(system: System) -> dict[str, str]:
    """A certificate, and its number."""
    _, id = apply_for(system, 504)
    return {
        "/v1/certificates/{id}": id,
        "/v1/certificates/{number}/verification": issue(system, id),
    }


def community_things(system: System, item: str) -> dict[str, str]:
    """What residents ask for beside orders."""
    survey = open_survey(system, items=[item])
    answer = {"site": "XP11", "wants": ["need"], "voices": 3}
    answered = system.post("orders", f"/v1/surveys/{survey}/answers", answer).id
    recipient = register_recipient(system)
    visits = f"/v1/recipients/{recipient}/visits"
    visit = system.post("orders", visits, visit_body(system, note="都好")).id
    pair = {"kind": "community", "helper": {"unit": "U-1"}, "site": "XP11", "since": "2026-01-01"}
    return {
        "/v1/recipients/{id}": recipient,
        "/v1/recipients/{id}/personal": f"/v1/recipients/{recipient}/personal?purpose=care",
        "/v1/recipients/{id}/readings": recipient,
        "/v1/recipients/{id}/visits": recipient,
        "/v1/recipients/{id}/visits/{visit}": f"{visits}/{visit}",
        "/v1/recipients/{id}/visits/{visit}/note": f"{visits}/{visit}/note",
        "/v1/pairings/{id}": system.post("orders", "/v1/pairings", pair).id,
        "/v1/standing-orders/{id}": set_standing_order(system, item, resident=resident(system)),
        "/v1/wishes/{id}": make_wish(system),
        "/v1/questions/{id}": ask_question(system),
        "/v1/snapshots/{id}": take_snapshot(system),
        "/v1/surveys/{id}": survey,
        "/v1/surveys/{id}/answers": survey,
        "/v1/surveys/{id}/answers/{answer}": f"/v1/surveys/{survey}/answers/{answered}",
        "/v1/surveys/{id}/against-menu": survey,
    }


def activity_things(system: System) -> dict[str, str]:
    """An activity in a room, with a registration."""
    room = {"code": "hall", "title": "讲堂", "capacity": 50}
    system.post("events", "/v1/sites/XP12/rooms", room)
    activity = announce_activity(system, "XP12", room="hall")
    register(system, activity, "R-answers-1")
    asked = system.post("events", "/v1/plans/drafts", {"year": 2031, "sites": ["XP12"]}).id
    plan = plan_id("XP12", 2031)
    system.wait_until(lambda: system.database("events")["plans"].find_one({"_id": plan}))
    calendar = "/v1/sites/{code}/rooms/{room}/calendar"
    return {
        "/v1/activities/{id}": activity,
        "/v1/activities/{id}/counts": activity,
        "/v1/activities/{id}/archive": activity,
        "/v1/activities/{id}/feedback": activity,
        "/v1/plans/drafts/{id}": asked,
        "events:/v1/plans/{id}": plan,
        "/v1/plans/{id}/progress": plan,
        "events:/v1/files/{id}/facts": upload(system, "events", "activity", photograph()).id,
        "/v1/activities/{id}/door-list": activity,
        calendar: calendar.replace("{code}", "XP12").replace("{room}", "hall"),
    }


def selection_things(system: System) -> dict[str, str]:
    """A campaign with all that comes of it; a drive and a programme."""
    selection = announced(system)
    objection = raise_objection(selection, selection.nominees[1])
    system.post("events", f"/v1/objections/{objection}/dismiss", {"answer": "不属实"})
    selection.open_round()
    honour = honour_of(selection)
    path = "/v1/campaigns/{id}"
    ways = ("", "/notice", "/turnout", "/ballots", "/recount")
    return {path + way: selection.id for way in ways} | {
        "/v1/nominations/{id}": selection.nominees[0],
        "/v1/objections/{id}": objection,
        "/v1/honours/{id}": honour,
        "/v1/drives/{id}": open_drive(system),
        "/v1/programmes/{id}": open_programme(system),
    }


def contact(system: System, item: str) -> str:
    """Where to go, as the volunteer of a recipient's order asks for it."""
    recipient = register_recipient(system)
    person = system.read("orders", f"/v1/recipients/{recipient}")["person"]
    team = form_team(system)
    volunteer = add_volunteer(system, team)
    order = assigned_order(system, item, team, volunteer, resident=person)
    return f"/v1/recipients/{recipient}/contact?order={order}&volunteer={volunteer}"


def assert_fits(service: str, path: str, method: str, answer: Answer) -> None:
    document = read(f"openapi/{service}.json")
    responses = document["paths"][path][method]["responses"]
    status = str(answer.status) if str(answer.status) in responses else "default"
    media = answer.headers["Content-Type"].split(";")[0]
    assert media in responses[status]["content"]
    place = path.replace("~", "~0").replace("/", "~1")
    pointer = f"#/paths/{place}/{method}/responses/{status}/content/{media.replace('/', '~1')}"
    validator(document, f"{pointer}/schema").validate(answer.json)


def queries(service: str) -> list[str]:
    """Those that answer in JSON."""
    return [
        path
        for path, item in read(f"openapi/{service}.json")["paths"].items()
        if "get" in item and "application/json" in item["get"]["responses"]["200"]["content"]
    ]


REQUIRED = {
    "/v1/festivals": "?year=2026",
    "/v1/plans/clashes": "?year=2026",
    "/v1/rules/in-force": "?site=XP11&item=itm_none00000",
    "/v1/similar-orders": "?resident=R-1234&item=itm_none00000&starts_at=2026-10-09T01:00:00Z",
    "/v1/todo": "?site=XP11",
    "/v1/consistency": "?period=2026",
    "/v1/figures": "?month=2026-10",
    "/v1/evidence": "?measure=orders_placed&period=2026",
    "/v1/monthly-reports/standing": "?month=2026-10",
    "/v1/trend": "?first=2026-10&last=2026-12",
}
"""What a query can't be asked without."""

QUERIES = [(service, path) for service in SERVICES for path in queries(service)]


@pytest.mark.parametrize(("service", "path"), QUERIES)
def test_a_query_answers_as_its_document_says(
    system: System, things: dict[str, str], service: str, path: str
) -> None:
    asked = path
    if "{" in path:
        thing = things.get(f"{service}:{path}") or things[path]
        if not thing:
            pytest.skip("a given broker without BROKER_ADMIN_URL")
        asked = thing if thing.startswith("/") else re.sub(r"\{\w+\}", thing, path)
    asked += REQUIRED.get(path, "")

    answer = system.call(service, "GET", asked).ok()

    assert_fits(service, path, "get", answer)


def test_commands_and_problems_answer_as_their_document_says(
    system: System, things: dict[str, str]
) -> None:
    order, item = things["/v1/orders/{id}"], things["/v1/menu-items/{id}"]
    good, bad = order_body(system, item), order_body(system, "none")
    sent: list[tuple[str, str, Any]] = [
        ("/v1/orders", "/v1/orders", good),
        ("/v1/orders", "/v1/orders", bad),
        ("/v1/orders/{id}/vet", f"/v1/orders/{order}/vet", {}),
        ("/v1/orders/{id}/vet", "/v1/orders/none/vet", {}),
    ]

    answers = [system.call("orders", "POST", path, body) for _, path, body in sent]

    assert [each.status for each in answers] == [201, 400, 409, 404]
    for (path, _, _), answer in zip(sent, answers, strict=True):
        assert_fits("orders", path, "post", answer)


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_that_is_told_fits_its_message_in_the_asyncapi_document(
    system: System, things: dict[str, str], service: str
) -> None:
    document = read("asyncapi.json")
    told = system.feed(service)

    assert told
    for event in told:
        pointer = f"#/components/messages/{event['type']}/payload"
        validator(document, pointer).validate(event)
