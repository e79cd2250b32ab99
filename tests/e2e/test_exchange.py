"""Tables in and out over HTTP: a dry run with every bad row, all or nothing, resumed, and back."""

import io
import json
from collections.abc import Sequence
from typing import Any

from shared.tables import Format, read_rows, write_rows
from tests.system import Answer, Document, System, add_volunteer, form_team, open_site
from tests.unit.persons import card, consent, person, telephone

HEADING = ["姓名", "证件类型", "证件号码", "联系电话", "居住地址", "志愿服务队"]


def row_of(number: int, team: str = "", **facts: str) -> list[str]:
    given = person(number) | facts
    fields = ("id_number", "telephone", "address")
    return [given["name"], "居民身份证", *(given[each] for each in fields), team]


def table(rows: Sequence[Sequence[Any]], format: Format = "xlsx") -> bytes:
    return b"".join(write_rows(format, [HEADING, *rows]))


def begin(system: System, columns: str = "own-volunteers", site: str = "XP11") -> str:
    body = {"columns": columns, "site": site, "consent": consent()}
    return system.post("volunteers", "/v1/imports", body).id


def send(system: System, id: str, data: bytes) -> Answer:
    return system.call(
        "volunteers",
        "POST",
        f"/v1/imports/{id}/file",
        data,
        headers={"Content-Type": "application/octet-stream"},
    )


def brought(system: System, data: bytes, site: str = "XP11", **facts: str) -> str:
    """An import whose dry run is done: the id."""
    id = begin(system, site=site, **facts)
    send(system, id, data).ok()
    wait_for(system, id, "checked")
    return id


def wait_for(system: System, id: str, status: str, seconds: float = 60) -> Document:
    path = f"/v1/imports/{id}"

    def there() -> Document | None:
        found: Document = system.read("volunteers", path)
        return found if found["status"] == status else None

    found = system.wait_until(there, seconds)
    assert found
    return found


def problems(system: System, id: str) -> list[tuple[int, str]]:
    items = system.read("volunteers", f"/v1/imports/{id}/problems")["items"]
    return [(each["row"], each["field"]) for each in items]


def exported(system: System, query: str, **options: Any) -> list[list[str]]:
    answer = system.call("volunteers", "GET", f"/v1/exports?{query}", **options).ok()
    return [cells for _, cells in read_rows(io.BytesIO(answer.data))]


def test_a_dry_run_lists_every_bad_row_and_nothing_is_done_until_all_are_good(
    system: System,
) -> None:
    site = open_site(system)
    team = form_team(system, site)
    title = system.read("volunteers", f"/v1/teams/{team}")["title"]
    wrong = card(sequence=3)[:-1] + ("0" if card(sequence=3)[-1] != "0" else "1")
    rows = [
        row_of(2001, title),
        row_of(2002, id_number=wrong),
        row_of(2003, telephone="12345678901"),
        row_of(2001),
        row_of(2004, "没有这支队伍"),
        row_of(2005, name="王5"),
        row_of(2006, title),
    ]
    id = brought(system, table(rows), site)

    state = system.read("volunteers", f"/v1/imports/{id}")
    assert (state["rows"], state["bad"]) == (7, 5)
    assert problems(system, id) == [
        (3, "id_number"),
        (4, "telephone"),
        (5, ""),
        (6, "teams"),
        (7, "name"),
    ]
    listed = json.dumps(system.read("volunteers", f"/v1/imports/{id}/problems"))
    assert wrong not in listed
    assert "12345678901" not in listed
    assert system.read("volunteers", f"/v1/volunteers?site={site}")["items"] == []
    refused = system.call("volunteers", "POST", f"/v1/imports/{id}/apply", {})
    assert refused.kind == "conflict"
    assert refused.json["bad"] == 5

    answer = system.call("volunteers", "GET", f"/v1/imports/{id}/rejected").ok()
    back = [cells for _, cells in read_rows(io.BytesIO(answer.data))]
    assert back[1][back[0].index("证件号码")] == wrong
    assert "校验码" in back[1][back[0].index("原因")]

    system.post("volunteers", f"/v1/imports/{id}/apply", {"leave_out_bad": True})
    done = wait_for(system, id, "done")
    assert (done["applied"], done["failed"]) == (2, 0)
    members = system.read("volunteers", f"/v1/teams/{team}/members")["items"]
    assert len(members) == 2
    system.wait_until(lambda: not rows_kept(system, id))


def rows_kept(system: System, id: str) -> int:
    return system.database("volunteers").import_rows.count_documents({"import": id})


def test_two_thousand_come_in_though_the_worker_is_killed_and_go_out_the_same(
    system: System,
) -> None:
    site = open_site(system)
    sent = [row_of(number) for number in range(10_000, 12_000)]
    id = brought(system, table(sent, "csv"), site)
    stored = str(list(system.database("volunteers").import_rows.find({"import": id}).limit(3)))
    assert sent[0][2] not in stored
    assert system.read("volunteers", f"/v1/imports/{id}")["bad"] == 0

    system.post("volunteers", f"/v1/imports/{id}/apply")
    path = f"/v1/imports/{id}"
    system.wait_until(lambda: system.read("volunteers", path)["progress"]["applied"])
    system.kill("volunteers-worker")
    assert system.read("volunteers", path)["status"] == "applying"
    system.start_again("volunteers-worker")
    done = wait_for(system, id, "done", 120)

    assert (done["applied"], done["failed"]) == (2000, 0)
    back = exported(system, f"columns=own-volunteers&format=xlsx&site={site}")
    heading, rows = back[0], back[1:]
    places = [heading.index(each) for each in HEADING[:5]]
    assert sorted([row[p] for p in places] for row in rows) == sorted(row[:5] for row in sent)


def test_personal_columns_need_the_scope_and_leave_an_entry(system: System) -> None:
    site = open_site(system)
    body = {"site": site, "personal": person(3001)}
    id = system.post("volunteers", "/v1/volunteers", body).id
    query = f"columns=national-volunteers&format=csv&site={site}"
    path = f"/v1/exports?{query}"
    assert system.call("volunteers", "GET", path, client="reader").kind == "forbidden"
    elsewhere = system.call("volunteers", "GET", path, client="station")
    assert elsewhere.kind == "forbidden"

    heading, row = exported(system, query)

    at = dict(zip(heading, row, strict=False))
    assert at["证件号码"] == person(3001)["id_number"]
    assert (at["性别"], at["国籍"]) == ("男" if int(at["证件号码"][16]) % 2 else "女", "中国")
    entry: Any = system.database("volunteers").readings.find_one(
        {"subject": f"volunteers of {site}"}
    )
    assert (entry["purpose"], entry["client"]) == ("export:national-volunteers", "office")
    assert exported(system, f"columns=own-hours&site={site}", client="reader")[1:] == []
    assert id


def test_what_the_national_system_gave_back_is_read_in(system: System) -> None:
    site = open_site(system)
    ids = [
        system.post("volunteers", "/v1/volunteers", {"site": site, "personal": person(n)}).id
        for n in (3101, 3102)
    ]
    number = system.read("volunteers", f"/v1/volunteers/{ids[1]}")["number"]
    id = begin(system, "national-returned", site)
    data = b"".join(
        write_rows(
            "csv",
            [
                ["内部编号", "证件号码", "志愿者编号", "退回原因"],
                ["", person(3101)["id_number"], "32070500310101", ""],
                [number, "", "", "证件照片不清"],
                ["", card(sequence=999), "32070500310199", ""],
            ],
        )
    )
    send(system, id, data).ok()
    wait_for(system, id, "checked")
    assert problems(system, id) == [(4, "number")]
    system.post("volunteers", f"/v1/imports/{id}/apply", {"leave_out_bad": True})
    wait_for(system, id, "done")

    first, second = (system.read("volunteers", f"/v1/volunteers/{each}") for each in ids)
    assert first["national_number"] == "32070500310101"
    assert second["national_number"] is None
    assert second["returned"]["reason"] == "证件照片不清"


def test_teams_come_in_and_go_out_and_a_form_is_data(system: System) -> None:
    site = open_site(system)
    code = f"district-{site.lower()}"
    form = {
        "code": code,
        "kind": "teams",
        "title": "区表",
        "columns": [
            {"header": "区", "constant": "海州区"},
            {"header": "队名", "field": "title", "required": True},
            {"header": "方式", "field": "joining", "values": {"request": "审批"}},
        ],
    }
    system.post("volunteers", "/v1/column-sets", form)
    id = begin(system, code, site)
    sheet = [["队名", "方式", "备注"], ["春暖人间", "审批", "x"], ["红细胞", "", ""]]
    missing = send(system, id, b"".join(write_rows("csv", [["方式"], ["审批"]])))
    assert "file" in missing.fields
    send(system, id, b"".join(write_rows("csv", sheet))).ok()
    wait_for(system, id, "checked")
    system.post("volunteers", f"/v1/imports/{id}/apply")
    wait_for(system, id, "done")

    head, *rows = exported(system, f"columns={code}&format=csv&site={site}")

    assert head == ["区", "队名", "方式"]
    # In the order of forming; these two may be of the same moment.
    assert sorted(rows) == [["海州区", "春暖人间", "审批"], ["海州区", "红细胞", "open"]]


def test_what_is_not_applied_is_given_up_and_its_rows_deleted(system: System) -> None:
    id = brought(system, table([row_of(3201)]))
    assert rows_kept(system, id) == 1
    system.post("volunteers", f"/v1/imports/{id}/cancel")
    system.wait_until(lambda: not rows_kept(system, id))
    assert send(system, id, table([row_of(3202)])).kind == "conflict"
    assert telephone(3201)


HOURS_HEADING = [
    "内部编号",
    "证件号码",
    "志愿服务队",
    "开始时间",
    "结束时间",
    "间歇(分钟)",
    "分钟",
    "主题",
    "方式",
]
LI, WANG = ({"X-Person": name} for name in ("li-1", "wang-2"))


def begin_hours(system: System, site: str, **facts: Any) -> Answer:
    body = {"columns": "hours-in", "site": site, "hours": facts}
    return system.call("volunteers", "POST", "/v1/imports", body, headers=LI)


def test_hours_come_in_as_sheets_that_a_second_person_checks(system: System) -> None:
    site = open_site(system)
    team, other = form_team(system, site), form_team(system, site)
    title = system.read("volunteers", f"/v1/teams/{team}")["title"]
    other_title = system.read("volunteers", f"/v1/teams/{other}")["title"]
    body = {"site": site, "personal": person(3301)}
    known = system.post("volunteers", "/v1/volunteers", body).id
    system.post("volunteers", f"/v1/volunteers/{known}/verify")
    system.post("volunteers", f"/v1/volunteers/{known}/join", {"team": team})
    volunteer = add_volunteer(system, team, site)
    number = system.read("volunteers", f"/v1/volunteers/{volunteer}")["number"]
    card_number = person(3301)["id_number"]
    rows = [
        [number, "", title, "2026-11-02 09:00", "2026-11-02 11:30", "30", "120", "文化", "助"],
        ["", card_number, title, "2026-11-02 09:00", "2026-11-02 10:00", "", "", "", "办"],
        [number, "", title, "2026-11-02 11:00", "2026-11-02 12:00", "", "", "", ""],  # overlaps
        [number, "", other_title, "2026-11-03 09:00", "2026-11-03 10:00", "", "", "", ""],
        [number, "", title, "2026-11-04 09:00", "2026-11-04 10:00", "", "61", "", ""],
        [number, "", title, "2026-11-05", "2026-11-05", "", "", "", ""],
        ["XPV-NOBODY", "", title, "2026-11-06 09:00", "2026-11-06 10:00", "", "", "", ""],
        [number, "", title, "2126-11-06 09:00", "2126-11-06 10:00", "", "", "", ""],
        [number, "", title, "2026-11-07 09:00", "2026-11-07 10:00", "", "", "农业", ""],
        [number, "", "没有这支队伍", "2026-11-08 09:00", "2026-11-08 10:00", "", "", "", ""],
    ]
    assert "explanation" in str(begin_hours(system, site, source="statement").json)
    origin = {
        "source": "statement",
        "explanation": "旧系统导出",
        "theme": "civility",
        "modes": ["help"],
    }
    unnamed = {"columns": "hours-in", "site": site, "hours": origin}
    assert "X-Person" in system.call("volunteers", "POST", "/v1/imports", unnamed).fields
    id = begin_hours(system, site, **origin).ok().id
    send(system, id, b"".join(write_rows("xlsx", [HOURS_HEADING, *rows]))).ok()
    wait_for(system, id, "checked")

    assert problems(system, id) == [
        (4, "started_at"),
        (5, "number"),
        (6, "minutes"),
        (7, "started_at"),
        (8, "number"),
        (9, "ended_at"),
        (10, "theme"),
        (11, "team_title"),
    ]
    assert system.read("volunteers", f"/v1/hours/sheets?table={id}")["items"] == []

    system.post("volunteers", f"/v1/imports/{id}/apply", {"leave_out_bad": True})
    done = wait_for(system, id, "done")
    assert (done["applied"], done["failed"]) == (2, 0)
    sheets = system.read("volunteers", f"/v1/hours/sheets?table={id}")["items"]
    assert sorted(each["theme"] for each in sheets) == ["civility", "culture"]
    for sheet in sheets:
        assert sheet["entered_by"] == "li-1"
        assert f"{id} sha256:" in sheet["evidence"][-1]
        path = f"/v1/hours/sheets/{sheet['id']}"
        alone = system.call("volunteers", "POST", f"{path}/check", {}, headers=LI)
        assert "X-Person" in alone.fields
        system.post("volunteers", f"{path}/check", headers=WANG)
    assert system.read("volunteers", f"/v1/hours?volunteer={volunteer}")["items"] == []
    system.move_clock(8 * 24 * 3600)
    links = "/v1/hours?volunteer={}"
    system.wait_until(lambda: system.read("volunteers", links.format(known))["items"])
    system.wait_until(lambda: system.read("volunteers", links.format(volunteer))["items"])
    [link] = system.read("volunteers", links.format(volunteer))["items"]
    assert (link["minutes"], link["team"], link["theme"]) == (120, team, "culture")
    again = begin_hours(system, site, **origin).ok().id
    send(system, again, b"".join(write_rows("csv", [HOURS_HEADING, *rows[:2]]))).ok()
    wait_for(system, again, "checked")
    assert problems(system, again) == [(2, "started_at"), (3, "started_at")]


def test_who_is_registered_already_is_listed_in_the_dry_run(system: System) -> None:
    site = open_site(system)
    body = {"site": site, "personal": person(3401)}
    system.post("volunteers", "/v1/volunteers", body)
    id = brought(system, table([row_of(3401), row_of(3402)]), site)
    assert problems(system, id) == [(2, "")]
