"""督查考核 over HTTP: from the rubric to the ranking, each point with its evidence; 整改 with its
deadline; old scores come out the same under their own edition."""

from typing import Any

import pytest

from tests.assessing import adopt_rubric, attach, compute, find, inspect, order_rectification, today
from tests.system import Document, System, place_order, publish_item
from tests.unit.rubrics import body

LEVEL = "point"


def open_point(system: System) -> str:
    """A site of a level that no other test assesses: its code."""
    code = f"XQ{int(next(system.names)[1:]) + 100:04d}"
    facts = {"code": code, "level": LEVEL, "title": f"实践点{code}", "title_en": f"Point {code}"}
    system.post("events", "/v1/sites", facts)
    system.wait_until(lambda: system.live("reports", "sites").find_one({"_id": code}))
    return code


def lines() -> list[Document]:
    """By the orders of a site, of its theme and of the street; and by inspection."""
    found = body()["lines"]
    found[0] |= {"formula": "2 * orders_placed + 0 * rate", "unsayable": 1}
    found[1] |= {"formula": "10 * orders_placed.civility / street(orders_placed)"}
    return list(found)


def evidence(system: System, path: str, **options: Any) -> list[Document]:
    """Page by page."""
    rows: list[Document] = []
    cursor = ""
    while True:
        page = system.read("reports", f"{path}&limit=2&cursor={cursor}", **options)
        rows += page["items"]
        cursor = page["next"]
        if not cursor:
            return rows


def test_each_point_of_a_score_leads_to_what_is_behind_it_and_stays_as_it_was(
    system: System,
) -> None:
    weak, strong, equal = (open_point(system) for _ in range(3))
    item = publish_item(system)
    orders = [place_order(system, item, site=strong) for _ in range(3)]
    rubric = adopt_rubric(system, levels=[LEVEL], lines=lines(), ties=[])
    visit = inspect(system, rubric, strong, 30)
    withdrawn = inspect(system, rubric, weak, 30)
    system.post("reports", f"/v1/inspections/{withdrawn}/withdraw", {"reason": "站点有误"})
    found = find(system, rubric, strong, times=2)
    vetoed = find(system, rubric, weak, kind="veto", code="V1")
    system.settle()

    id = compute(system, rubric)
    path = f"/v1/assessments/{id}"

    view = system.read("reports", path)
    ranking = {each["site"]: each for each in view["ranking"]}
    sheet = system.read("reports", ranking[strong]["sheet"])
    by_code = {each["code"]: each for each in sheet["lines"]}
    [placed] = [each for each in by_code["1.1"]["figures"] if "placed" in each["figure"]]
    assert (placed["value"], by_code["1.1"]["score"], by_code["1.1"]["points"]) == (3, 6, 24)
    behind = evidence(system, placed["evidence"])
    assert [each["subject"] for each in behind] == orders
    assert sum(each["count"] for each in behind) == placed["value"]
    [of_theme] = [each for each in by_code["1.2"]["figures"] if each["facet"]]
    assert [each["subject"] for each in evidence(system, of_theme["evidence"])] == orders
    [street] = [each for each in by_code["1.2"]["figures"] if each["place"] == "street"]
    assert sum(each["count"] for each in evidence(system, street["evidence"])) == street["value"]
    [inspected] = by_code["2.1"]["inspections"]
    photographs = system.read("reports", inspected["evidence"])["scores"][0]["photographs"]
    assert inspected["inspection"] == visit
    assert system.call("reports", "GET", f"/v1/files/{photographs[0]}").ok().data
    [deduction] = sheet["deductions"]
    assert (deduction["points"], deduction["evidence"]) == (4, [f"/v1/findings/{found}"])
    assert ranking[strong]["rank"] == 1
    of_weak = system.read("reports", ranking[weak]["sheet"])
    assert of_weak["vetoes"][0]["evidence"] == [f"/v1/findings/{vetoed}"]
    assert of_weak["grade"] == "failed" and of_weak["total"] == 4
    assert [each["state"] for each in of_weak["lines"]] == ["unsayable", "scored", "not-inspected"]
    assert (ranking[weak]["rank"], ranking[equal]["rank"]) == (2, 2)

    # what comes later changes nothing
    place_order(system, item, site=strong)
    system.post("reports", f"/v1/inspections/{visit}/withdraw", {"reason": "误录"})
    system.settle()
    assert evidence(system, placed["evidence"]) == behind
    recount = system.read("reports", f"{path}/recount")
    assert recount == {"checksum": view["checksum"], "recounted": view["checksum"], "same": True}
    assert system.read("reports", path)["ranking"] == view["ranking"]
    # until it is computed again
    system.post("reports", f"{path}/compute")
    again = system.read("reports", path)
    assert again["checksum"] != view["checksum"]
    assert system.read("reports", f"{path}/recount")["same"]
    answer = system.call("reports", "POST", f"{path}/publish", {})
    assert (answer.status, answer.json["allowed"]) == (409, ["compute", "publish", "discard"])


def test_an_old_assessment_is_scored_again_under_its_own_edition(system: System) -> None:
    """Published, superseded, seen by its sites; the next edition does not touch it."""
    site = open_point(system)
    rubric = adopt_rubric(system, levels=[LEVEL], lines=lines())
    last = f"{int(today(system)[:4]) - 1}-05"
    first = compute(system, rubric, period=last)
    path = f"/v1/assessments/{first}"
    refused = system.call("reports", "GET", f"{path}/sites/XP11", client="station")
    assert refused.status == 404  # provisional: not for a site
    system.post("reports", f"{path}/publish", headers={"If-Match": '"1"'})
    checksum = system.read("reports", path)["checksum"]

    draft = body(levels=[LEVEL], lines=lines(), full_marks=50, vetoes=[], grades=[])
    version = system.read("reports", f"/v1/rubrics/{rubric}")["version"]
    system.call(
        *("reports", "PUT", f"/v1/rubrics/{rubric}/draft", draft),
        headers={"If-Match": f'"{version}"'},
    ).ok()
    system.post("reports", f"/v1/rubrics/{rubric}/adopt")
    second = compute(system, rubric, period=last)
    system.post("reports", f"/v1/assessments/{second}/publish")

    view = system.read("reports", path)
    assert (view["edition"], view["checksum"], view["superseded_by"]) == (1, checksum, second)
    assert system.read("reports", f"{path}/recount")["recounted"] == checksum
    newer = system.read("reports", f"/v1/assessments/{second}")
    assert (newer["edition"], newer["supersedes"], newer["superseded_by"]) == (2, first, None)
    for move in ("compute", "publish"):
        assert system.call("reports", "POST", f"{path}/{move}", {}).status == 409
    for format in ("html", "csv", "xlsx", "docx", "pdf"):
        for of in (path, f"{path}/sites/{site}"):
            made = system.call("reports", "GET", f"{of}/files/{format}").ok()
            again = system.call("reports", "GET", f"{of}/files/{format}").ok()
            assert made.data and made.data == again.data
            denied = system.call("reports", "GET", f"{of}/files/{format}", client="station")
            assert denied.status == 403
    assert system.call("reports", "GET", f"{path}/files/doc").status == 404
    provisional = compute(system, rubric, period=last)
    unmade = system.call("reports", "GET", f"/v1/assessments/{provisional}/files/csv")
    assert unmade.status == 409
    scores = system.read("reports", f"/v1/sites/{site}/scores")["items"]
    assert [each["assessment"] for each in scores] == [second, first]
    listed = system.read("reports", f"/v1/assessments?rubric={rubric}&status=published")["items"]
    assert [each["id"] for each in listed] == [second, first]
    system.settle()
    told = [each for each in system.feed("reports") if each["data"].get("assessment") == first]
    assert [each["type"].split(".", 1)[1] for each in told][:2] == [
        *("reports.assessment.published.v1", "reports.site.assessed.v1")
    ]
    assert told[0]["data"]["checksum"] == checksum
    assert site in {each["data"].get("site") for each in told}


def test_what_is_of_all_sites_is_not_for_one_and_a_bad_draft_names_its_lines(
    system: System,
) -> None:
    rubric = adopt_rubric(system)
    wrong = body(ties=["9.9"])
    wrong["lines"][1] |= {"formula": "orders_complted", "weight": 15}
    draft = system.post("reports", "/v1/rubrics", wrong).id

    refused = system.call("reports", "POST", f"/v1/rubrics/{draft}/adopt", {})
    assert refused.status == 422
    assert refused.fields["lines.1.formula"].endswith("did you mean orders_completed?")
    assert set(refused.fields) == {"lines", "lines.1.formula", "ties.0"}
    problems = system.read("reports", f"/v1/rubrics/{draft}/problems", client="station")["items"]
    assert {each["field"] for each in problems} == set(refused.fields)

    given = {"rubric": rubric, "period": today(system)[:7]}
    for of in ({"rubric": draft}, {"edition": 2}, {"period": "2026"}, {"rubric": "rub_none00000"}):
        answer = system.call("reports", "POST", "/v1/assessments", given | of)
        assert answer.status == 422, of
    id = compute(system, rubric)
    for path in (f"/v1/assessments/{id}", f"/v1/assessments/{id}/recount"):
        assert system.call("reports", "GET", path, client="station").status == 403
    assert system.call("reports", "GET", "/v1/sites/XP12/scores", client="station").status == 403
    for path in ("/v1/assessments", "/v1/inspections", f"/v1/rubrics/{rubric}/adopt"):
        assert system.call("reports", "POST", path, {}, client="station").status == 403
    listed = system.read("reports", f"/v1/assessments?rubric={rubric}", client="station")
    assert listed == {"items": []}


def test_a_site_mends_what_it_was_told_to_and_an_inspection_confirms_it(system: System) -> None:
    id = order_rectification(system)
    path = f"/v1/rectifications/{id}"
    shown = [attach(system, "XP11", "rectification")]
    answer = {"text": "已修缮墙面", "answered_by": "P-0002", "files": shown}

    def move(name: str, given: Document, client: str = "office") -> int:
        return system.call("reports", "POST", f"{path}/{name}", given, client=client).status

    elsewhere = order_rectification(system, "XP12")
    refused = system.call(
        "reports", "POST", f"/v1/rectifications/{elsewhere}/answer", answer, client="station"
    )
    assert refused.status == 403
    assert move("answer", answer | {"files": ["fil_nowhere11"]}, "station") == 422
    system.move_clock_to(system.read("reports", path)["due"])
    system.wait_until(lambda: system.read("reports", path)["overdue"])
    assert move("answer", answer, "station") == 200
    assert move("send-back", {"reason": "照片不清", "due": system.at(days=3)}) == 200
    assert move("answer", answer, "station") == 200
    assert move("accept", {}, "station") == 403
    assert move("accept", {}) == 200
    visit = {"site": "XP11", "on": today(system), "inspectors": ["P-0001"], "rectification": id}
    worse, better = (
        system.post("reports", "/v1/inspections", visit | {"mended": mended}).id
        for mended in (False, True)
    )
    assert move("close", {"inspection": worse}) == 422
    assert move("close", {"inspection": better}) == 200
    late = system.call("reports", "POST", "/v1/inspections", visit | {"mended": True})
    assert late.fields.keys() == {"rectification"}

    state = system.read("reports", path)
    assert (state["status"], state["confirmed_by"], len(state["rounds"])) == ("closed", better, 2)
    closed = system.pages("reports", "/v1/rectifications?status=closed&site=XP11", client="station")
    assert id in {each["id"] for each in closed}
    system.settle()
    told = [
        each["type"].split(".")[3]
        for each in system.feed("reports")
        if each["data"].get("rectification") == id and "rectification." in each["type"]
    ]
    assert told == [
        *("ordered", "overdue", "answered", "sent-back", "answered", "accepted", "closed")
    ]


@pytest.mark.parametrize("source", ["assessment", "inspection", "finding"])
def test_a_rectification_names_what_it_follows_from(system: System, source: str) -> None:
    rubric = adopt_rubric(system)
    of = {
        "assessment": lambda: compute(system, rubric),
        "inspection": lambda: inspect(system, rubric, "XP12", 3),
        "finding": lambda: find(system, rubric, "XP12"),
    }[source]()
    order_rectification(system, "XP12", **{source: of})
    given = {"site": "XP11", "title": "?", "points": ["?"], "due": system.at(days=10)}
    unknown = f"{of[:4]}none00000"
    for wrong in [unknown] if source == "assessment" else [unknown, of]:
        answer = system.call("reports", "POST", "/v1/rectifications", given | {source: wrong})
        assert answer.fields.keys() == {source}
