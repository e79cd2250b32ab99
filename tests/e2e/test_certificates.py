"""Certificates of service over HTTP: from the application to the check that needs no key."""

from tests.certificates import CERTIFICATES, ISSUE, apply_for, issue
from tests.hours import HOURS, LI, WANG, ZHAO, act, ledger
from tests.pdf_text import text_of
from tests.system import System, add_volunteer, form_team
from tests.unit.persons import person

DAY = 86400.0


def test_a_certificate_is_issued_on_the_ledger_and_checked_by_anybody(system: System) -> None:
    given = person(501, name="王小明")
    volunteer, id = apply_for(system, 501, name="王小明")
    path = f"{CERTIFICATES}/{id}"
    document = f"{path}/document"
    assert system.call("volunteers", "GET", document).kind == "conflict"  # not issued yet

    number = issue(system, id)

    found = system.read("volunteers", path, client="reader")
    assert (found["status"], found["vouched"]["minutes"]) == ("on-notice", 90)
    assert not any(given[each] in str(found) for each in ("name", "id_number", "telephone"))

    assert system.call("volunteers", "GET", document, client="reader").kind == "forbidden"
    answer = system.call("volunteers", "GET", document, headers=WANG).ok()
    assert answer.headers["Content-Type"] == "application/pdf"
    text = text_of(answer.data).replace("\n", "")
    for each in (number, "王小明", given["id_number"], "居民身份证", "1.5 小时", *ISSUE.values()):
        assert each in text, each
    [entry, *_] = system.read("volunteers", f"/v1/volunteers/{volunteer}/readings")["items"]
    assert (entry["person"], entry["purpose"]) == ("wang-2", "certificate")
    assert entry["fields"] == ["name", "id_number"]

    check = f"{CERTIFICATES}/{number}/verification"
    assert check in text  # the address under the QR code
    shown = system.read("volunteers", check, client="")  # without a key
    assert (shown["holds"], shown["status"], shown["minutes"]) == (True, "on-notice", 90)
    assert shown["volunteer_name"] == "王**"
    assert given["id_number"] not in str(shown) and "张" not in str(shown)
    nobody = f"{CERTIFICATES}/XP11-20261124-00000000/verification"
    assert system.call("volunteers", "GET", nobody, client="").kind == "not-found"

    system.move_clock(7.1 * DAY)
    system.wait_until(lambda: system.read("volunteers", path)["status"] == "valid")
    revocation = {"reason": "replaced", "explanation": "a newer one"}
    system.post("volunteers", f"{path}/revoke", revocation)
    shown = system.read("volunteers", check, client="")
    assert (shown["holds"], shown["revoked_because"]) == (False, "replaced")
    assert "已撤销" in text_of(system.call("volunteers", "GET", document).ok().data)
    system.settle()
    told = [e for e in system.feed("volunteers") if e["data"].get("certificate") == id]
    assert [each["type"].split(".")[3] for each in told] == ["issued", "confirmed", "revoked"]
    assert not any(given["name"] in str(each) for each in told)


def test_an_objection_within_the_notice_holds_it_until_somebody_else_decides(
    system: System,
) -> None:
    _, id = apply_for(system, 502)
    issue(system, id)
    path = f"{CERTIFICATES}/{id}"
    act(system, f"{path}/object", ZHAO, {"reason": "he was away"}).ok()

    system.move_clock(8 * DAY)
    system.settle()
    assert system.read("volunteers", path)["status"] == "on-notice"
    assert act(system, f"{path}/dismiss-objections", LI, {"reason": "no"}).status == 422
    act(system, f"{path}/dismiss-objections", WANG, {"reason": "the sheet says so"}).ok()

    system.wait_until(lambda: system.read("volunteers", path)["status"] == "valid")


def test_only_what_the_ledger_says_of_a_known_person_is_certified(system: System) -> None:
    nobody = add_volunteer(system, form_team(system))  # without personal data
    today = system.at(hours=8)[:10]
    body = {"volunteer": nobody, "site": "XP11", "since": "2026-01-01", "until": today}
    id = system.post("volunteers", CERTIFICATES, body).id
    assert act(system, f"{CERTIFICATES}/{id}/issue", LI, ISSUE).kind == "conflict"

    volunteer, id = apply_for(system, 503)
    elsewhere = body | {"volunteer": volunteer, "site": "XP12"}  # which recorded nothing
    other = system.post("volunteers", CERTIFICATES, elsewhere).id
    assert act(system, f"{CERTIFICATES}/{other}/issue", LI, ISSUE).kind == "conflict"

    number = issue(system, id)
    [credit] = ledger(system, volunteer)
    wrong = {"volunteer": volunteer, "entry": credit["entry"], "reason": "not served"}
    correction = act(system, f"{HOURS}/corrections", LI, wrong).ok().id
    act(system, f"{HOURS}/corrections/{correction}/approve", WANG).ok()
    check = f"{CERTIFICATES}/{number}/verification"
    system.wait_until(lambda: system.read("volunteers", check, client="")["corrected_since"])
