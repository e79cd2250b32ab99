"""建设 and 验收 over HTTP: a site from its plan to its acceptance file."""

import csv
import io
import zipfile
from typing import Any

from tests.construction import BUILDER, OFFICE, PATH, apply, findings, lay_out, reach, reach_all
from tests.pdf_text import text_of
from tests.system import System, open_site, photograph, upload


def told(system: System, id: str) -> list[tuple[str, str | None]]:
    return [
        (each["type"].split(".", 2)[2], each["data"].get("milestone"))
        for each in system.feed("reports")
        if each["data"].get("construction") == id
    ]


def milestones(system: System, query: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.read("reports", f"/v1/milestones?{query}", **options)[
        "items"
    ]
    return found


def test_a_milestone_that_nobody_reaches_is_told_as_due_and_as_overdue_by_the_clock(
    system: System,
) -> None:
    site, due_on = open_site(system), system.at(days=2, hours=8)[:10]
    usual = {"phase": "pilot", "title_en": "x"}
    given = [
        usual | {"code": "sign", "title": "挂牌", "due_on": due_on},
        usual | {"code": "group", "title": "成立领导小组", "due_on": due_on},
    ]
    id = lay_out(system, site, plan=None, begins=None, warn_days=1, milestones=given)
    reach(system, id, site, "group")

    system.move_clock(24 * 3600)
    system.wait_until(lambda: ("milestone.due.v1", "sign") in told(system, id))
    assert ("milestone.overdue.v1", "sign") not in told(system, id)
    system.move_clock(2 * 24 * 3600)
    system.wait_until(lambda: ("milestone.overdue.v1", "sign") in told(system, id))

    path = f"site={site}&status=overdue"
    system.wait_until(lambda: [each["milestone"] for each in milestones(system, path)] == ["sign"])
    assert not [each for each in told(system, id) if each[1] == "group" and "due" in each[0]]
    assert milestones(system, f"site={site}&status=reached")[0]["title"] == "成立领导小组"
    pages = [milestones(system, f"site={site}&limit=1")[0]["milestone"]]
    cursor = system.read("reports", f"/v1/milestones?site={site}&limit=1")["next"]
    pages += [e["milestone"] for e in milestones(system, f"site={site}&limit=1&cursor={cursor}")]
    assert sorted(pages) == ["group", "sign"]
    other = system.call("reports", "GET", f"/v1/milestones?site={site}", client="station")
    assert other.status == 403
    assert all(each["site"] == "XP11" for each in milestones(system, "limit=500", client="station"))
    figures = system.read("reports", f"/v1/figures?period={due_on}&site={site}")
    assert figures["totals"]["milestones_overdue"] == 1


def test_a_site_is_accepted_after_it_was_sent_back_and_its_file_says_so(system: System) -> None:
    site = open_site(system)
    id = lay_out(system, site)
    path = f"{PATH}/{id}"
    early = system.call(
        "reports", "POST", f"{path}/acceptances", {"level": "city"}, headers=BUILDER
    )
    assert early.fields.keys() == {"milestones"}
    reach_all(system, id, site)
    first = apply(system, id)
    back = {
        "outcome": "send-back",
        "findings": findings(system, id, "venue"),
        "reason": "牌匾未按标准制作",
        "again": [{"milestone": "founded", "due_on": system.at(days=20)[:10]}],
    }
    decide = f"{path}/acceptances/{first}/decide"
    same = system.call("reports", "POST", decide, back, headers=BUILDER)
    assert same.status == 409
    system.post("reports", decide, back, headers=OFFICE)
    assert system.read("reports", path)["status"] == "building"
    system.post("reports", f"{path}/milestones/founded/reach")
    second = apply(system, id)
    passed = {"outcome": "accept", "findings": findings(system, id)}
    system.post("reports", f"{path}/acceptances/{second}/decide", passed, headers=OFFICE)

    assert system.read("reports", path)["status"] == "accepted"
    pdf = system.call("reports", "GET", f"{path}/acceptance-file").ok().data
    text = text_of(pdf).replace("\n", "")  # cells of a table are set in lines
    for said in (f"站点{site}", "建成挂牌", "牌匾未按标准制作", "退回整改", "验收通过", "未达到"):
        assert said in text, said
    archive = zipfile.ZipFile(
        io.BytesIO(system.call("reports", "GET", f"{path}/acceptance-file.zip").ok().data)
    )
    assert archive.testzip() is None
    names = archive.namelist()
    assert len([name for name in names if name.endswith(".jpg")]) == 8
    assert "验收通过" in text_of(archive.read("00-验收材料.pdf"))
    lacking = archive.read("02-缺项清单.csv").decode("utf-8-sig")
    assert [line["节点"] for line in csv.DictReader(io.StringIO(lacking))] == [
        "挖掘学校、企业、小区阵地,建设实践点"  # not needed, and not there
    ]
    system.settle()
    types = [each for each, _ in told(system, id) if each.startswith("acceptance")]
    assert types == [
        *("acceptance.applied.v1", "acceptance.sent-back.v1"),
        *("acceptance.applied.v1", "acceptance.passed.v1"),
    ]


def test_evidence_is_of_its_site_and_purpose_and_of_who_may(system: System) -> None:
    site = open_site(system)
    id = lay_out(system, site)
    path = f"{PATH}/{id}/milestones/place/evidence"
    elsewhere = upload(system, "reports", "construction", photograph()).ok().id
    here = upload(system, "reports", "construction", photograph(), site).ok().id
    body = {"title": "照片", "consent": True}

    def attach(file: str, client: str = "office", **facts: Any) -> Any:
        return system.call("reports", "POST", path, body | {"file": file} | facts, client=client)

    assert attach(elsewhere).fields.keys() == {"file"}
    assert attach(here, consent=False).fields.keys() == {"consent"}
    assert attach(here, client="station").status == 403
    assert attach(here, client="reader").status == 403
    attach(here).ok()
    again = {"site": site, "plan": "xinpu-2020"}
    assert system.call("reports", "POST", PATH, again).status == 409
    assert system.call("reports", "POST", PATH, again | {"plan": "none"}).fields.keys() == {"plan"}
    assert system.call(
        "reports", "GET", f"{PATH}/{id}/acceptance-file", client="reader"
    ).status == (403)
