"""台账: one command, a ZIP that other programs open, and a list of what is missing."""

import csv
import hashlib
import io
import zipfile
from typing import Any

import pytest

from tests.assessing import adopt_rubric, inspect
from tests.construction import lay_out, reach
from tests.pdf_text import text_of
from tests.system import (
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    open_site,
    photograph,
    publish_item,
    serve_order,
    upload,
)
from tests.told_upward import record_coverage, sent_bulletin

PATH = "/v1/inspection-files"


def hold_activity(system: System, site: str) -> str:
    """With a photograph and a plan, but no sign-in: its id."""
    id = announce_activity(system, site, title="重阳敬老")
    path = f"/v1/activities/{id}"
    for kind in ("plan", "photograph"):
        file = upload(system, "events", "activity", photograph(), site).ok().id
        body = {"kind": kind, "file": file, "consent": True}
        system.post("events", f"{path}/papers", body)
    system.post("events", f"{path}/summary", {"text": "六十位老人参加"})
    system.move_clock_to(system.read("events", path)["sessions"][0]["starts_at"])
    system.post("events", f"{path}/hold")
    return id


@pytest.fixture(scope="module")
def site(system: System) -> str:
    """A station with some of each, all of this year."""
    code, item = open_site(system), publish_item(system)
    team = form_team(system, code)
    order = assigned_order(system, item, team, add_volunteer(system, team, code), site=code)
    serve_order(system, order)
    hold_activity(system, code)
    picture = upload(system, "reports", "bulletin", photograph(), code).ok().id
    sent_bulletin(system, "district", site=code, photographs=[picture], consent=True)
    record_coverage(system, site=code, link="https://example.com/news").ok()
    construction = lay_out(system, code)
    reach(system, construction, code, "place")
    system.settle()
    return code


def year_of(system: System) -> str:
    """A period that a night does not end."""
    return system.at(hours=8)[:4]


def order_file(system: System, site: str, **facts: Any) -> str:
    body = {"period": year_of(system), "site": site} | facts
    return system.post("reports", PATH, body, key=next(system.names)).id


def opened(system: System, id: str, **options: Any) -> zipfile.ZipFile:
    answer = system.call("reports", "GET", f"{PATH}/{id}/zip", **options).ok()
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def rows_of(archive: zipfile.ZipFile, ending: str) -> list[dict[str, str]]:
    [name] = [each for each in archive.namelist() if each.endswith(ending)]
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def missing(archive: zipfile.ZipFile) -> set[tuple[str, str]]:
    return {(each["目录"], each["缺少"]) for each in rows_of(archive, "99-缺项清单.csv")}


def test_the_file_holds_what_there_is_and_names_what_is_missing(system: System, site: str) -> None:
    archive = opened(system, order_file(system, site))

    names = archive.namelist()
    assert names[0] == "00-封面与目录.pdf"
    text = text_of(archive.read(names[0])).replace("\n", "")
    for said in (f"站点{site}", "文明实践活动", "信息报送", "目录"):
        assert said in text, said
    pictures = {name.split("/")[0] for name in names if name.endswith(".jpg")}
    assert pictures == {"03-文明实践活动", "11-建设节点与佐证", "15-信息报送"}
    [summary] = [name for name in names if name.endswith("总结.txt")]
    assert archive.read(summary).decode() == "六十位老人参加"
    assert [each["星级"] for each in rows_of(archive, "订单一览.csv")] == [""]
    assert len(rows_of(archive, "队伍一览.csv")) == 1
    assert [each["count"] for each in rows_of(archive, "志愿服务.csv")] == ["1"]

    lacking = missing(archive)
    what = dict(lacking)
    assert ("组织领导", f"{site}:主要负责人") in lacking
    assert ("全年活动计划", f"{year_of(system)} 年计划(已确认)") in lacking
    assert any("签到表" in each for title, each in lacking if title == "文明实践活动")
    assert not any("总结" in each for title, each in lacking if title == "文明实践活动")
    assert "评单" in what["点单派单接单评单"]
    assert "媒体报道" not in what and "信息报送" not in what
    printed = text_of(archive.read("99-缺项清单.pdf")).replace("\n", "")
    assert "主要负责人" in printed
    for line in rows_of(archive, "清单与校验值.csv"):
        assert hashlib.sha256(archive.read(line["path"])).hexdigest() == line["sha256"]


def test_what_is_missing_can_be_asked_without_making_the_file(system: System, site: str) -> None:
    id = order_file(system, site)

    asked = system.read("reports", f"{PATH}/{id}/missing")["items"]

    assert {(each["entry"], each["what"]) for each in asked} == missing(opened(system, id))


def test_a_rubric_in_force_can_be_the_contents(system: System, site: str) -> None:
    rubric = adopt_rubric(system)
    inspect(system, rubric, site, 8)
    lines = system.read("reports", f"/v1/rubrics/{rubric}/editions/1")["content"]["lines"]

    archive = opened(system, order_file(system, site, rubric=rubric))

    folders = {name.split("/")[0] for name in archive.namelist() if "/" in name}
    assert any(folder.startswith(("02-2.1", "03-2.1", "01-2.1")) for folder in folders), folders
    titles = {f"{each['code']} {each['title']}" for each in lines}
    entries = system.read("reports", f"{PATH}?limit=500")["items"][-1]["contents"]
    assert {each["title"] for each in entries} <= titles
    assert [each["得分"] for each in rows_of(archive, "检查记录.csv")] == ["8.0"]


def test_what_the_clients_key_may_not_read_is_missing_and_says_so(
    system: System, site: str
) -> None:
    scopes = ["inspection-files:make", "reports:read"]
    system.keys["clerk"] = system.clients.add("clerk", "clerk", scopes, [site])
    system.wait_until(
        lambda: system.call("reports", "GET", "/v1/whoami", client="clerk").status == 200
    )
    body = {"period": year_of(system), "site": site}
    id = system.post("reports", PATH, body, client="clerk").id

    system.wait_until(
        lambda: system.call("events", "GET", "/v1/whoami", client="clerk").status == 200
    )
    archive = opened(system, id, client="clerk")

    lines = rows_of(archive, "99-缺项清单.csv")
    assert any(each["原因"] == "无权读取" and "档案" in each["缺少"] for each in lines)
    assert not any("文明实践活动" in n and n.endswith(".jpg") for n in archive.namelist())
    other = system.post("reports", PATH, body | {"site": "XP12"}).id
    assert system.call("reports", "GET", f"{PATH}/{other}/zip", client="clerk").status == 403
    street: dict[str, Any] = {"period": year_of(system)}
    assert system.call("reports", "POST", PATH, street, client="clerk").status == 403
    teams = {"contents": [{"title": "队伍", "source": "teams"}]}
    of_all = opened(system, system.post("reports", PATH, street | teams).id)
    assert len({each["站点"] for each in rows_of(of_all, "队伍一览.csv")} & {site}) == 1


def test_contents_of_ones_own_are_checked_and_a_service_that_is_down_spoils_nothing_else(
    system: System, site: str
) -> None:
    wrong = [{"title": "x", "source": "measure", "measure": ["none"]}]
    body = {"period": year_of(system), "site": site, "contents": wrong}
    refused = system.call("reports", "POST", PATH, body)
    assert refused.fields.keys() == {"contents.0.measure"}
    assert (
        system.call("reports", "POST", PATH, body | {"contents": [], "period": "2026-10-09"}).status
        == 422
    )
    own = [
        {"title": "队伍", "source": "teams", "least": 3},
        {"title": "点单", "source": "measure", "measure": ["orders_placed"], "least": 1},
    ]
    id = order_file(system, site, contents=own)

    system.kill("volunteers-api")
    try:
        archive = opened(system, id)
    finally:
        system.start_again("volunteers-api")
        system.wait_until_ready("volunteers")

    assert missing(archive) == {("队伍", "全部材料")}
    assert any(name.startswith("02-点单/") for name in archive.namelist())
    assert missing(opened(system, id)) == {("队伍", "队伍")}  # one of three
