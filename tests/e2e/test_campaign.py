"""推选 from the nomination to the honour, its revocation and the appeal, over HTTP."""

import hashlib
import json
from functools import partial

from tests.campaigns import Selection, announced, campaign_body, nominate, voting
from tests.system import Document, System, at_once, photograph, upload

JURY = ["J-000001", "J-000002", "J-000003"]


def told(system: System, selection: Selection) -> list[Document]:
    """Events of a campaign, in their order."""
    feed = system.feed("events")
    return [each for each in feed if each["data"].get("campaign") == selection.id]


def names(events: list[Document]) -> list[str]:
    return [each["type"].removeprefix("shijian.events.").removesuffix(".v1") for each in events]


def test_a_selection_from_nomination_to_honour_revocation_and_appeal(system: System) -> None:
    rounds = [{"places": 2}, {"kind": "jury", "places": 1, "carries": 40}]
    selection = announced(system, ("XP11", "XP11", "XP12"), rounds=rounds, jury=JURY)
    ann, bob, cai = selection.nominees

    # 公示, 异议: one of the three is struck
    notice = system.read("events", f"{selection.path}/notice")
    assert {each["nominee"] for each in notice["items"]} == {ann, bob, cai}
    body = {"campaign": selection.id, "ground": "facts", "text": "与事实不符", "by": "R-000007"}
    objection = system.post("events", "/v1/objections", body | {"nominee": bob}).id
    system.post("events", f"/v1/objections/{objection}/uphold", {"answer": "属实"})
    system.wait_until(lambda: selection.read()["candidates"][bob]["struck"])

    # 投票
    selection.open_round()
    for number in range(6):
        choice = ann if number < 4 else cai
        selection.vote(f"{selection.voters}-{number}", choice).ok()
    counted = selection.close_round()
    assert [(row["nominee"], row["marks"]) for row in counted["rounds"][0]["standings"]] == [
        (ann, 4),
        (cai, 2),
    ]

    # 评审
    selection.open_round()
    for juror in JURY:
        points = {"juror": juror, "points": {ann: 10, cai: 90}}
        system.post("events", f"{selection.path}/points", points)
    counted = selection.close_round()
    assert counted["winners"] == [cai]  # 90 and 50 of before, by 60 and 40

    # 结果公示, 表彰
    assert system.call("events", "POST", f"{selection.path}/decide", {}).status == 409
    system.move_clock_to(counted["notice_ends_at"])
    system.post("events", f"{selection.path}/decide")
    honours = f"/v1/honours?year={counted['year']}&category=civilized-family"

    def listed() -> list[Document]:
        found = system.pages("events", honours)
        return [each for each in found if each["campaign"] == selection.id]

    system.wait_until(listed)
    (honour,) = listed()
    assert set(honour) == {
        *("id", "version", "made"),
        *("campaign", "site", "category", "year", "display"),
    }

    # 撤销, 申诉
    path = f"/v1/honours/{honour['id']}"
    system.post("events", f"{path}/revoke", {"ground": "misconduct", "reason": "失信"})
    assert listed() == []
    system.post("events", f"{path}/appeal", {"statement": "情况说明"})
    system.post("events", f"{path}/answer-appeal", {"upheld": True, "answer": "经复核不成立"})
    assert len(listed()) == 1

    # 撤回同意: the honour stands, and nobody is named
    system.post("events", f"/v1/nominations/{cai}/withdraw")
    system.wait_until(lambda: [each["display"] for each in listed()] == [""])

    system.settle()
    found = names(told(system, selection))
    assert [each for each in found if each.startswith("campaign")] == [
        *("campaign.opened", "campaign.reviewing", "campaign.announced"),
        *("campaign.round-opened", "campaign.round-closed", "campaign.round-counted"),
        *("campaign.round-opened", "campaign.round-closed", "campaign.round-counted"),
        *("campaign.result-announced", "campaign.decided"),
    ]
    assert [each for each in found if each.startswith(("objection", "candidate", "honour"))] == [
        *("objection.raised", "objection.upheld", "candidate.struck"),
        *("honour.awarded", "honour.revoked", "honour.appealed", "honour.restored"),
    ]


def test_whoever_reads_the_feed_can_recount_without_this_program(system: System) -> None:
    selection = voting(system, ("XP11", "XP12", "XP12"))
    for number in range(12):
        selection.vote(f"{selection.voters}-{number}", selection.nominees[number % 5 % 3]).ok()
    selection.close_round()
    system.settle()
    events = told(system, selection)

    (opened,) = [e["data"] for e in events if e["type"].endswith("round-opened.v1")]
    (result,) = [e["data"] for e in events if e["type"].endswith("round-counted.v1")]
    lists = [e["data"] for e in events if e["type"].endswith("ballots.published.v1")]
    assert [each["part"] for each in lists] == list(range(1, result["parts"] + 1))
    sheets = [sheet for each in lists for sheet in each["sheets"]]
    content = [opened["candidates"], [[each["marks"], each["count"]] for each in sheets]]
    text = json.dumps(content, separators=(",", ":"))
    votes = {
        nominee: sum(each["marks"][place] * each["count"] for each in sheets)
        for place, nominee in enumerate(opened["candidates"])
    }

    assert hashlib.sha256(text.encode()).hexdigest() == result["digest"]
    assert votes == {each["nominee"]: each["marks"] for each in result["standings"]}
    assert sum(votes.values()) == result["voices"] == 12
    recount = system.read("events", f"{selection.path}/recount")
    assert recount["agrees"] and recount["rounds"][0]["standings"] == result["standings"]


def test_one_voice_for_a_voter_whatever_the_device_the_key_and_the_letters(system: System) -> None:
    selection = voting(system)
    ann, bob = selection.nominees
    voter = f"R-{system.prefix}-abc"

    first = selection.vote(voter, ann, key="device-1").ok()
    again = selection.vote(voter, ann, key="device-1")
    other_choice = selection.vote(voter, bob, key="device-1")
    refused = [
        selection.vote(voter, ann),
        selection.vote(voter, bob, key="device-2"),
        selection.vote(voter.upper(), bob, key="device-3"),
        selection.vote(voter, bob, key="device-4", site="XP12"),
    ]
    racing = at_once([partial(selection.vote, f"{voter}-2", bob) for _ in range(12)], 12)

    assert again.data == other_choice.data == first.data
    assert [each.status for each in refused] == [409] * 4
    assert sorted(each.status for each in racing) == [200] + [409] * 11
    assert selection.turnout() == 2


def test_a_round_with_several_ballots_a_day_takes_as_many_and_no_more(system: System) -> None:
    days = {"ballots": 2, "per": "day", "closes_at": system.at(days=5)}
    selection = voting(system, rounds=[days])
    ann, _ = selection.nominees
    voter = selection.voters

    def today() -> list[int]:
        return sorted(each.status for each in at_once([partial(selection.vote, voter, ann)] * 6, 6))

    assert today() == [200, 200, 409, 409, 409, 409]
    system.move_clock(24 * 3600)
    assert today() == [200, 200, 409, 409, 409, 409]


def test_only_who_is_on_the_roll_votes_where_there_is_one(system: System) -> None:
    selection = announced(system, voters="roll")
    listed, stranger = f"{selection.voters}-1", f"{selection.voters}-2"
    system.post("events", f"{selection.path}/roll", {"voters": [listed]})
    selection.open_round()

    assert selection.vote(stranger, selection.nominees[0]).fields.keys() == {"voter"}
    assert selection.vote(listed.upper(), selection.nominees[0]).ok()
    late = system.call("events", "POST", f"{selection.path}/roll", {"voters": [stranger]})
    assert late.status == 409


def test_a_nominee_is_nominated_once_with_evidence_of_their_own_community(system: System) -> None:
    id = system.post("events", "/v1/campaigns", campaign_body(system)).id
    nominee = f"H-{system.prefix}-once"

    assert nominate(system, id, nominee=nominee).status == 201
    assert nominate(system, id, nominee=nominee.upper()).status == 409
    elsewhere = upload(system, "events", "nomination", photograph(), "XP12").ok().id
    assert nominate(system, id, evidence=[elsewhere]).fields.keys() == {"evidence.0"}
    assert nominate(system, id, evidence=["fil_nowhere11"]).fields.keys() == {"evidence.0"}


def test_rules_that_make_no_sense_are_named_field_by_field_in_both_languages(
    system: System,
) -> None:
    body = campaign_body(system, rounds=[{"carries": 10}, {"places": 3}])
    english = system.call("events", "POST", "/v1/campaigns", body)
    chinese = {"Accept-Language": "zh-CN"}
    other = system.call("events", "POST", "/v1/campaigns", body, headers=chinese)

    assert english.status == 422
    assert english.fields.keys() == {"rules.rounds.0.carries", "rules.rounds.1.places"}
    assert other.fields["rules.rounds.1.places"] == "不应多于前一轮"


def test_a_withdrawn_nominee_is_no_candidate_and_nothing_written_of_them_is_left(
    system: System,
) -> None:
    selection = announced(system)
    ann, bob = selection.nominees
    system.post("events", f"/v1/nominations/{ann}/withdraw")
    system.wait_until(lambda: selection.read()["candidates"][ann]["struck"])

    selection.open_round()
    assert selection.read()["rounds"][0]["candidates"] == [bob]
    stored = system.database("events")["nominations"].find_one({"_id": ann})
    assert stored is not None and "邻里和睦" not in str(stored)


def test_a_round_that_is_made_longer_takes_votes_past_its_first_close(system: System) -> None:
    selection = voting(system)
    for number in range(3):
        selection.vote(f"{selection.voters}-{number}", selection.nominees[0]).ok()
    was = selection.read()["rounds"][0]["closes_at"]
    path, reason = f"{selection.path}/extend", {"reason": "暴雨停课"}
    shorter = system.call("events", "POST", path, reason | {"closes_at": system.at(hours=1)})
    assert (shorter.status, list(shorter.fields)) == (422, ["closes_at"])
    system.post("events", path, reason | {"closes_at": system.at(days=3)})
    system.move_clock_to(was)
    selection.vote(f"{selection.voters}-4", selection.nominees[1]).ok()
    kept = selection.close_round()["rounds"][0]
    assert kept["voices"] == 4
    assert [(each["closed_at"], each["reason"]) for each in kept["extensions"]] == [
        (was, "暴雨停课")
    ]
    system.wait_until(lambda: "campaign.round-extended" in names(told(system, selection)))
    assert "暴雨" not in json.dumps(told(system, selection), ensure_ascii=False)
