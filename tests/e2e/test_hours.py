"""The hours ledger over HTTP: 录入 → 审核 → 公示 → 入账, corrections, stars, and the check."""

import subprocess
from datetime import datetime, timedelta

import pytest

from tests.hours import HOURS, LI, WANG, ZHAO, act, ledger, sheet_body
from tests.rosters import in_shift, plan_shift
from tests.system import (
    System,
    add_volunteer,
    assigned_order,
    form_team,
    publish_item,
    serve_order,
)

DAY = 86400.0


def check(system: System, volunteer: str) -> list[tuple[int, str]]:
    found = system.read("volunteers", f"{HOURS}/check?volunteer={volunteer}")
    return [(each["number"], each["flaw"]) for each in found["findings"]]


def test_a_paper_sheet_is_entered_checked_announced_and_credited(system: System) -> None:
    team = form_team(system)
    ann, bob, cai = (add_volunteer(system, team) for _ in range(3))
    body = sheet_body(system, team, *({"volunteer": each} for each in (ann, bob, cai)))
    began = datetime.fromisoformat(body["started_at"])
    body["ended_at"] = (began + timedelta(hours=2)).isoformat()
    body["rows"][1]["ended_at"] = (began + timedelta(hours=1)).isoformat()  # went early

    sheets = f"{HOURS}/sheets"
    assert act(system, sheets, {}, body).fields == {
        "X-Person": "Say who does this: header X-Person, an opaque reference."
    }
    sheet = act(system, sheets, LI, body).ok().id
    path = f"{sheets}/{sheet}"
    assert act(system, f"{path}/check", LI).status == 422
    assert act(system, f"{path}/check", WANG).ok().json["status"] == "announced"
    assert act(system, f"{path}/rows/3/object", ZHAO, {"reason": "was not there"}).ok()

    system.move_clock(2.9 * DAY)
    system.settle()
    assert ledger(system, ann) == []
    system.move_clock(0.2 * DAY)
    system.wait_until(lambda: ledger(system, bob))
    act(system, f"{path}/rows/3/decide", WANG, {"uphold": True, "reason": "so"}).ok()
    system.settle()

    found = system.read("volunteers", path)
    rows = {row["volunteer"]: (row["status"], row["minutes"]) for row in found["rows"].values()}
    assert found["status"] == "credited"
    assert rows == {ann: ("credited", 120), bob: ("credited", 60), cai: ("refused", 120)}
    [link] = ledger(system, ann)
    assert (link["source"], link["team"], link["minutes"]) == ("paper", team, 120)
    assert link["evidence"].startswith(f"{body['scans'][0]} sha256:")
    assert ledger(system, cai) == []
    told = [e for e in system.feed("volunteers") if e["data"].get("sheet") == sheet]
    assert [each["type"].split(".")[3] for each in told] == [
        "entered",
        "announced",
        "disputed",
        "refused",
    ]


def test_a_sheet_is_taken_whole_or_not_at_all(system: System) -> None:
    team, other = form_team(system), form_team(system)
    ann, bob = add_volunteer(system, team), add_volunteer(system, other)

    body = sheet_body(system, team, {"volunteer": ann}, {"volunteer": bob})
    answer = act(system, f"{HOURS}/sheets", LI, body)
    assert (answer.status, list(answer.fields)) == (422, ["rows.1.volunteer"])

    nowhere = sheet_body(system, team, {"volunteer": ann}, scans=["fil_unknown1"])
    answer = act(system, f"{HOURS}/sheets", LI, nowhere)
    assert (answer.status, list(answer.fields)) == (422, ["scans.0"])


def test_no_minute_counts_twice_and_a_correction_makes_room(system: System) -> None:
    team = form_team(system)
    ann = add_volunteer(system, team)
    order = assigned_order(system, publish_item(system), team, ann)
    serve_order(system, order, minutes=60)
    system.wait_until(lambda: ledger(system, ann))
    [credit] = ledger(system, ann)
    overlapping = {
        "started_at": system.at(minutes=-30),
        "ended_at": system.at(minutes=-1),
        "source": "statement",
        "explanation": "seen by the neighbours",
        "scans": [],
    }
    body = sheet_body(system, team, {"volunteer": ann}, **overlapping)
    sheet = act(system, f"{HOURS}/sheets", LI, body).ok().id

    refused = act(system, f"{HOURS}/sheets/{sheet}/check", WANG)
    assert refused.fields == {"rows.1": f"see {credit['entry']}"}

    wrong = {"volunteer": ann, "entry": credit["entry"], "reason": "the scanner was left on"}
    shorter = wrong | {"ended_at": system.at(minutes=-31)}
    correction = act(system, f"{HOURS}/corrections", LI, shorter).ok().id
    path = f"{HOURS}/corrections/{correction}"
    assert act(system, f"{path}/approve", LI).status == 422
    act(system, f"{path}/approve", WANG).ok()
    system.wait_until(lambda: system.read("volunteers", path)["status"] == "applied")

    minutes = [each["minutes"] for each in ledger(system, ann)]
    assert minutes[0] == 60 and -32 <= minutes[1] <= -29
    act(system, f"{HOURS}/sheets/{sheet}/check", WANG).ok()
    total = system.read("volunteers", f"/v1/volunteers/{ann}/hours")
    assert (total["minutes"], total["links"]) == (sum(minutes), 2)
    system.settle()
    feed = [e for e in system.feed("volunteers") if e["type"].endswith("hours.corrected.v1")]
    [told] = [e["data"] for e in feed if e["data"]["volunteer"] == ann]
    assert (told["difference"], told["number"]) == (minutes[1], 2)
    assert check(system, ann) == []


def test_a_rule_may_announce_what_machines_saw_and_say_when_a_star_is_due(system: System) -> None:
    path = f"{HOURS}/rules"
    answer = system.call("volunteers", "GET", path).ok()
    usual = {k: answer.json[k] for k in ("announcement_days", "star_hours", "weights")}
    assert usual["star_hours"] == [100, 300, 600, 1000, 1500]
    assert system.call("volunteers", "PUT", path, usual).status == 428
    etag = {"If-Match": answer.headers["ETag"]}
    strict = usual | {
        "announcement_days": usual["announcement_days"] | {"order": 1},
        "star_hours": [1, 2],
    }
    answer = system.call("volunteers", "PUT", path, strict, headers=etag).ok()
    assert system.call("volunteers", "PUT", path, usual, headers=etag).status == 412
    try:
        team = form_team(system)
        ann = add_volunteer(system, team)
        serve_order(system, assigned_order(system, publish_item(system), team, ann), minutes=60)
        listed = f"{HOURS}/sheets?volunteer={ann}"
        [sheet] = system.wait_until(lambda: list(system.pages("volunteers", listed)))
        assert (sheet["status"], sheet["source"]) == ("announced", "order")
        assert ledger(system, ann) == []

        system.move_clock(1.1 * DAY)
        [link] = system.wait_until(lambda: ledger(system, ann))
        assert (link["minutes"], link["stars"]) == (60, 1)
        system.settle()
        awarded = [e["data"] for e in system.feed("volunteers") if "star.awarded" in e["type"]]
        assert [(each["volunteer"], each["stars"]) for each in awarded] == [(ann, 1)]
    finally:
        again = {"If-Match": answer.headers["ETag"]}
        system.call("volunteers", "PUT", path, usual, headers=again).ok()


def test_tampering_is_named_by_the_query_and_by_the_operators_command(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    ann = add_volunteer(system, team)
    for _ in range(2):
        serve_order(system, assigned_order(system, item, team, ann), minutes=30)
    system.wait_until(lambda: len(ledger(system, ann)) == 2)
    system.settle()
    assert check(system, ann) == []

    rows = system.database("volunteers")["ledger"]
    mine = {"state.volunteer": ann}
    last = rows.find_one_and_delete(mine | {"state.number": 2})
    assert last
    assert check(system, ann) == [(2, "gone")]
    rows.insert_one(last)
    text = rows.find_one(mine)["state"]["text"]  # type: ignore[index]
    rows.update_one(mine, {"$set": {"state.text": text.replace('"minutes":30', '"minutes":31')}})
    assert check(system, ann) == [(1, "hash")]
    with pytest.raises(subprocess.CalledProcessError) as failed:
        system.run("volunteers", "check-chains")
    assert f"{ann}\t1\t" in failed.value.stdout
    rows.update_one(mine, {"$set": {"state.text": text}})

    log = system.read("volunteers", f"{HOURS}/check?limit=1000")
    assert (log["findings"], log["next"]) == ([], log["head"])
    station = system.call("volunteers", "GET", f"{HOURS}/check", client="station")
    assert station.status == 403


def test_a_shift_is_credited_and_an_end_that_a_person_stated_is_checked_first(
    system: System,
) -> None:
    team = form_team(system)
    ann, bob = add_volunteer(system, team), add_volunteer(system, team)
    begins = {"starts_at": system.at(hours=2), "ends_at": system.at(hours=3)}
    shift = plan_shift(system, hands=2, **begins)
    path = f"/v1/shifts/{shift}/sign-ups"
    mine, other = (in_shift(system, shift, each, team) for each in (ann, bob))
    system.move_clock_to(begins["starts_at"])
    for each in (mine, other):
        system.post("volunteers", f"{path}/{each}/check-in")
    system.move_clock(3600)

    system.post("volunteers", f"{path}/{mine}/check-out")
    stated = {"ended_at": system.at(minutes=-15)}
    system.post("volunteers", f"{path}/{other}/check-out", stated, headers=LI)

    [link] = system.wait_until(lambda: ledger(system, ann))
    assert (link["source"], link["minutes"], link["team"]) == ("shift", 60, team)
    listed = f"{HOURS}/sheets?volunteer={bob}"
    [sheet] = system.wait_until(lambda: list(system.pages("volunteers", listed)))
    assert (sheet["status"], sheet["entered_by"]) == ("entered", LI["X-Person"])
    assert ledger(system, bob) == []
    assert act(system, f"{HOURS}/sheets/{sheet['id']}/check", LI).status == 422
    act(system, f"{HOURS}/sheets/{sheet['id']}/check", WANG).ok()
    [link] = system.wait_until(lambda: ledger(system, bob))
    assert link["minutes"] in (44, 45)
