"""Volunteers with personal data over HTTP: sealed, masked, found, read with an audit, erased."""

from datetime import timedelta
from typing import Any

from shared.clock import date_of
from tests.system import (
    Document,
    System,
    accept,
    add_volunteer,
    assigned_order,
    form_team,
    open_order,
    publish_item,
    read_order,
    serve_order,
)
from tests.unit.persons import card, consent, guardian, person, telephone


def register(system: System, number: int, **facts: Any) -> str:
    """A volunteer with personal data: the id."""
    body = {"site": "XP11", "personal": person(number)} | facts
    return system.post("volunteers", "/v1/volunteers", body, key=f"person-{number}").id


def path(id: str, rest: str = "") -> str:
    return f"/v1/volunteers/{id}{rest}"


def test_everything_is_masked_but_for_who_may_read_it_and_that_is_kept(system: System) -> None:
    given = person(101, name="张三丰")
    id = register(system, 101, personal=given)
    shown = system.read("volunteers", path(id), client="reader")["personal"]

    assert shown["name"] == "张**"
    assert shown["telephone"] == "199****0101"
    assert not any(given[each] in str(shown) for each in ("id_number", "telephone", "address"))
    clear = path(id, "/personal-data?purpose=contact")
    assert system.call("volunteers", "GET", clear, client="reader").kind == "forbidden"
    assert system.read("volunteers", path(id, "/readings"))["items"] == []

    read = system.read("volunteers", clear, headers={"X-Person": "clerk-7"})

    assert {each: read[each] for each in ("name", "id_number", "telephone", "address")} == {
        each: given[each] for each in ("name", "id_number", "telephone", "address")
    }
    [entry] = system.read("volunteers", path(id, "/readings"))["items"]
    assert (entry["client"], entry["person"], entry["purpose"]) == ("office", "clerk-7", "contact")
    assert entry["fields"] == ["name", "id_number", "telephone", "address"]
    stored = str(list(system.database("volunteers").volunteers.find({"_id": id})))
    assert not any(given[each] in stored for each in ("name", "id_number", "telephone", "address"))


def test_one_person_is_registered_once_and_found_by_number(system: System) -> None:
    id = register(system, 102)
    again = {"site": "XP12", "person": f"P-{system.prefix}-102", "personal": person(102)}
    refused = system.call("volunteers", "POST", "/v1/volunteers", again)
    assert refused.kind == "conflict"
    assert refused.json["existing"] == id

    for by in ({"id_number": card(sequence=102, born="19600314")}, {"telephone": telephone(102)}):
        found = system.post("volunteers", "/v1/volunteers/search", by).json["items"]
        assert [each["id"] for each in found] == [id]
    nobody = system.post("volunteers", "/v1/volunteers/search", {"telephone": telephone(999999)})
    assert nobody.json["items"] == []
    elsewhere = {"telephone": telephone(102), "site": "XP12"}
    answer = system.post("volunteers", "/v1/volunteers/search", elsewhere)
    assert answer.json["items"] == []


def test_what_is_wrong_is_named_and_never_repeated(system: System) -> None:
    number = card(sequence=103)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    body = {"site": "XP11", "personal": person(103, id_number=wrong, telephone="12345678901")}

    answer = system.call("volunteers", "POST", "/v1/volunteers", body)

    assert "personal.telephone" in answer.fields
    assert wrong not in answer.data.decode()
    assert "12345678901" not in answer.data.decode()
    body["personal"] = person(103, id_number=wrong)
    answer = system.call("volunteers", "POST", "/v1/volunteers", body)
    assert answer.status == 400
    assert wrong not in answer.data.decode()


def test_a_minor_needs_the_guardians_consent(system: System) -> None:
    minor = person(104, id_number=card(born=f"{system.now().year - 12}0314"))
    body = {"site": "XP11", "personal": minor}
    refused = system.call("volunteers", "POST", "/v1/volunteers", body)
    assert "guardian" in refused.fields

    body["personal"] = minor | {"guardian": guardian(105)}
    id = system.post("volunteers", "/v1/volunteers", body).id
    shown = system.read("volunteers", path(id))["personal"]
    assert shown["minor"]
    assert shown["guardian"]["telephone"] == "199****0105"
    assert shown["consent"]["by_guardian"]


def test_data_recorded_later_is_sealed_too_and_needs_consent_of_the_past(system: System) -> None:
    team = form_team(system)
    id = add_volunteer(system, team)
    given = person(106, consent=consent(given_at=system.at(days=1)))
    late = path(id, "/record-personal-data")
    assert "consent.given_at" in system.call("volunteers", "POST", late, given).fields

    system.post("volunteers", late, person(106))
    other = system.call("volunteers", "POST", late, person(107))
    assert other.kind == "conflict"
    assert system.read("volunteers", path(id))["personal"]["telephone"] == "199****0106"


def test_a_post_that_needs_a_qualification_is_refused_until_it_is_held(system: System) -> None:
    team = form_team(system)
    id = add_volunteer(system, team)
    for code, includes in (("helper", []), ("first-aid", ["helper"])):
        body = {"code": code, "title": code, "title_en": code, "includes": includes}
        system.post("volunteers", "/v1/qualifications", body)
    circle = {"code": "helper", "title": "x", "title_en": "x", "includes": ["first-aid"]}
    assert "includes" in system.call("volunteers", "POST", "/v1/qualifications", circle).fields
    day, until = (date_of(system.now() + timedelta(days=days)).isoformat() for days in (0, 1))
    grant = {"evidence": "A-1", "issuer": "红十字会", "granted_on": day, "until": until}
    before = system.head("volunteers")

    granted = grant | {"qualification": "first-aid"}
    system.post("volunteers", path(id, "/grant-qualification"), granted)

    held = system.read("volunteers", path(id, "/qualifications"))
    assert held["effective"] == ["first-aid", "helper"]
    system.move_clock(3 * 86400)
    system.wait_until(lambda: told(system, before, "qualification.expired", id))
    assert system.read("volunteers", path(id, "/qualifications"))["effective"] == []


def told(system: System, after: int, name: str, volunteer: str) -> list[Document]:
    events = system.feed("volunteers", f"&type=shijian.volunteers.{name}.v1", after)
    return [each for each in events if each["data"]["volunteer"] == volunteer]


def test_a_leader_admits_and_who_leaves_leads_no_longer(system: System) -> None:
    body = {"title": "老党员", "site": "XP11", "joining": "request"}
    team = system.post("volunteers", "/v1/teams", body).id
    id = register(system, 108)
    joining = {"team": team}
    assert "team" in system.call("volunteers", "POST", path(id, "/join"), joining).fields
    system.post("volunteers", path(id, "/request-membership"), joining)
    [asked] = system.read("volunteers", f"/v1/teams/{team}/requests")["items"]
    assert asked["id"] == id

    decide = joining | {"admit": True}
    system.post("volunteers", path(id, "/decide-membership"), decide, client="station")
    system.post("volunteers", f"/v1/teams/{team}/appoint", {"volunteer": id})
    assert system.read("volunteers", f"/v1/teams/{team}")["leaders"] == [id]
    assert system.call("volunteers", "POST", f"/v1/teams/{team}/dissolve", {"reason": "x"}).status

    system.post("volunteers", path(id, "/deregister"))
    system.wait_until(lambda: not system.read("volunteers", f"/v1/teams/{team}")["leaders"])
    assert system.read("volunteers", f"/v1/teams/{team}/members")["items"] == []
    system.post("volunteers", f"/v1/teams/{team}/dissolve", {"reason": "合并"})


def test_who_has_time_reserved_can_not_leave_and_who_left_can_not_serve(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    id = add_volunteer(system, team)
    order = assigned_order(system, item, team, id)
    assert system.call("volunteers", "POST", path(id, "/deregister")).kind == "conflict"
    serve_order(system, order)
    system.settle()

    system.post("volunteers", path(id, "/deregister"))
    late = open_order(system, item)
    accept(system, late, id, team).ok()
    system.wait_until(lambda: read_order(system, late)["status"] == "open")


def test_erasure_restricts_what_has_hours_and_then_nothing_is_left_but_the_hours(
    system: System,
) -> None:
    team, item = form_team(system), publish_item(system)
    id = register(system, 109)
    system.post("volunteers", path(id, "/verify"))
    system.post("volunteers", path(id, "/join"), {"team": team})
    serve_order(system, assigned_order(system, item, team, id), minutes=30)
    system.settle()
    copy = system.read("volunteers", path(id, "/copy"))
    assert copy["personal"]["telephone"] == telephone(109)
    assert [each["minutes"] for each in copy["hours"]] == [30]
    wish = {"asked_at": system.at(), "channel": "paper"}

    restricted = system.post("volunteers", path(id, "/erase"), wish)

    assert restricted.json["status"] == "restricted"
    assert system.read("volunteers", path(id))["personal"] is None
    clear = path(id, "/personal-data?purpose={}")
    refused = system.call("volunteers", "GET", clear.format("contact"))
    assert refused.kind == "conflict"
    own = system.read("volunteers", clear.format("own-copy"))
    assert own["telephone"] == telephone(109)
    fresh = register(system, 110)
    assert system.post("volunteers", path(fresh, "/erase"), wish).json["status"] == "erased"
    stored: Any = system.database("volunteers").volunteers.find_one({"_id": fresh})
    assert stored["state"]["personal"] is None
    assert (
        system.post("volunteers", "/v1/volunteers/search", {"telephone": telephone(110)}).json[
            "items"
        ]
        == []
    )
    hours = system.read("volunteers", f"/v1/hours?volunteer={id}")["items"]
    assert [each["minutes"] for each in hours] == [30]
    anew = {"site": "XP11", "personal": person(110)}
    assert system.post("volunteers", "/v1/volunteers", anew).id != fresh


def test_the_master_key_is_rotated_by_one_command_while_everything_runs(system: System) -> None:
    id = register(system, 111)

    said = system.run("volunteers", "rotate-keys", "--new")

    assert "wrapped 2 data keys" in said
    [provider] = system.database("volunteers").data_keys.distinct("masterKey.provider")
    assert provider.removeprefix("local:") in said
    read = system.read("volunteers", path(id, "/personal-data?purpose=verification"))
    assert read["telephone"] == telephone(111)
    found = system.post("volunteers", "/v1/volunteers/search", {"telephone": telephone(111)}).json
    assert [each["id"] for each in found["items"]] == [id]
