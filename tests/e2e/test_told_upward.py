"""舆论引导 and 信息报送 over HTTP: who may, what is checked, and where it is counted."""

from tests.system import System, month_of_now, open_site, photograph, upload
from tests.told_upward import (
    CHECKER,
    WRITER,
    draft_bulletin,
    draft_case,
    record_coverage,
    sent_bulletin,
    today_of,
)


def totals(system: System, site: str) -> dict[str, int]:
    path = f"/v1/figures?month={month_of_now(system)}&site={site}"
    found: dict[str, int] = system.read("reports", path)["totals"]
    return found


def test_coverage_counts_at_its_site_until_it_is_withdrawn(system: System) -> None:
    site = open_site(system)
    cutting = upload(system, "reports", "publicity", photograph(), site).ok().id
    id = record_coverage(system, site=site, sites=["XP12"], files=[cutting]).ok().id
    record_coverage(system, site=site, outlet="电视台", medium="television").ok()
    path = f"/v1/coverage?site={site}&medium=newspaper&since={today_of(system)}"

    assert [each["id"] for each in system.read("reports", path)["items"]] == [id]
    assert system.read("reports", f"/v1/coverage?site={site}&until=2020-01-01")["items"] == []
    system.wait_until(lambda: totals(system, site).get("coverage") == 2)
    system.post("reports", f"/v1/coverage/{id}/withdraw", {"reason": "重复登记"})
    system.wait_until(lambda: totals(system, site).get("coverage") == 1)

    elsewhere = f"/v1/coverage/{id}"
    assert system.call("reports", "GET", elsewhere, client="station").status == 403
    assert record_coverage(system, site=site, client="station").status == 403
    assert record_coverage(system, site="XP99").fields.keys() == {"site"}
    assert record_coverage(system, files=["fil_nowhere11"]).fields.keys() == {"files.0"}


def test_a_bulletin_scores_for_its_site_in_the_month_of_its_use(system: System) -> None:
    site = open_site(system)
    picture = upload(system, "reports", "bulletin", photograph(), site).ok().id
    id = draft_bulletin(system, site=site, photographs=[picture], consent=True).ok().id
    path = f"/v1/bulletins/{id}"
    body = {"title": "重阳敬老", "text": "改后", "photographs": [picture], "consent": True}
    assert system.call("reports", "PUT", path, body, headers=WRITER).status == 428
    system.call("reports", "PUT", path, body, headers=WRITER | {"If-Match": '"1"'}).ok()
    same = system.call("reports", "POST", f"{path}/check", {}, headers=WRITER)
    assert (same.status, same.kind) == (409, "conflict")
    system.post("reports", f"{path}/check", headers=CHECKER)
    system.post("reports", f"{path}/send", {"level": "city"})
    used = {"outlet": "市文明办", "used_on": today_of(system)}

    use = system.post("reports", f"{path}/uses", used | {"level": "city"}).json["part"]
    system.post("reports", f"{path}/uses", used | {"level": "province"})

    assert system.read("reports", path)["score"] == 10
    wanted = {"bulletins_sent": 1, "bulletin_uses": 2, "bulletin_points": 10}
    system.wait_until(lambda: wanted.items() <= totals(system, site).items())
    evidence = f"/v1/evidence?measure=bulletin_points&period={month_of_now(system)}&site={site}"
    assert sum(each["count"] for each in system.read("reports", evidence)["items"]) == 10
    system.post("reports", f"{path}/uses/{use}/withdraw", {"reason": "未刊用"})
    system.wait_until(lambda: totals(system, site)["bulletin_uses"] == 1)
    assert totals(system, site)["bulletin_points"] == 10
    assert not any("敬老" in str(each) for each in system.feed("reports"))


def test_the_score_table_is_set_by_who_may_and_holds_for_later_uses(system: System) -> None:
    table = system.call("reports", "GET", "/v1/bulletin-scores")
    asked = {"points": {"district": 3}, "uses": "sum"}
    put = ("reports", "PUT", "/v1/bulletin-scores", asked)
    match = {"If-Match": table.headers["ETag"]}
    assert system.call(*put, headers=match, client="reader").status == 403
    system.call(*put, headers=match).ok()

    id = sent_bulletin(system, "district")
    used = {"level": "district", "outlet": "区委", "used_on": today_of(system)}
    system.post("reports", f"/v1/bulletins/{id}/uses", used)

    assert system.read("reports", f"/v1/bulletins/{id}")["score"] == 3


def test_a_model_case_is_published_after_a_second_person_has_read_it(system: System) -> None:
    id = draft_case(system).ok().id
    path = f"/v1/model-cases/{id}"
    assert system.call("reports", "POST", f"{path}/publish", {}).json["allowed"] == [
        *("revise", "check", "send-back", "withdraw")
    ]
    system.post("reports", f"{path}/check", headers=CHECKER)
    system.post("reports", f"{path}/publish", {"link": "https://example.com/case"})

    listed = system.read("reports", "/v1/model-cases?site=XP11&status=published")["items"]
    assert id in [each["id"] for each in listed]
    assert draft_case(system, text="电话 13912345678").fields.keys() == {"text"}
