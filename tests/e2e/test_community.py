"""Wishes, policy questions, snapshots and the survey of needs, over HTTP on the running system."""

from tests.community import (
    ask_question,
    make_wish,
    open_survey,
    open_wish,
    resident,
    take_snapshot,
)
from tests.system import (
    Document,
    System,
    accept,
    add_volunteer,
    at_once,
    form_team,
    open_site,
    publish_item,
    read_order,
    serve_order,
)


def told(system: System, subject: str) -> list[str]:
    """Short names of what was told of one thing, in order, once all is told."""
    system.settle()
    return [
        each["type"].removeprefix("shijian.orders.").removesuffix(".v1")
        for each in system.feed("orders")
        if each["subject"] == subject
    ]


def test_of_many_who_claim_a_wish_one_has_it_and_grants_it(system: System) -> None:
    wish = open_wish(system)
    path = f"/v1/wishes/{wish}"

    def claim(number: int) -> int:
        body = {"claimant": {"unit": f"U-{number}"}}
        return system.call("orders", "POST", f"{path}/claim", body).status

    statuses = at_once([lambda number=number: claim(number) for number in range(20)])  # type: ignore[misc]

    assert sorted(statuses) == [200] + [409] * 19
    refused = system.call("orders", "POST", f"{path}/claim", {"claimant": {"unit": "U-99"}})
    assert refused.json["allowed"] == ["grant", "release", "withdraw"]
    system.post("orders", f"{path}/grant", {"photographs": ["https://photos.example.cn/2.jpg"]})
    assert told(system, wish) == ["wish.made", "wish.vetted", "wish.claimed", "wish.granted"]


def test_a_claim_that_is_not_kept_ends_by_the_clock(system: System) -> None:
    wish = open_wish(system)
    path = f"/v1/wishes/{wish}"
    claimed = {"claimant": {"department": "womens-federation"}, "days": 2}
    system.post("orders", f"{path}/claim", claimed)

    system.move_clock(2 * 86400 + 1)
    system.wait_until(lambda: system.read("orders", path)["status"] == "open")

    [ended] = system.read("orders", path)["earlier_claims"]
    assert (ended["department"], ended["ended"]) == ("womens-federation", "expired")


def test_a_question_is_answered_by_the_department_of_its_topic(system: System) -> None:
    question = ask_question(system)
    path = f"/v1/questions/{question}"
    assert system.call("orders", "POST", f"{path}/answer", {"text": "好"}).status == 409
    system.post("orders", f"{path}/route")

    waiting = list(system.pages("orders", "/v1/questions?department=labour-office&status=routed"))
    assert question in {each["id"] for each in waiting}
    answer = {"text": "持身份证到窗口办理。", "basis": "人社部令第 20 号"}
    system.post("orders", f"{path}/answer", answer)

    found = system.read("orders", path)
    assert (found["status"], found["answer"]) == ("answered", answer["text"])
    assert found["working_minutes"] <= found["minutes"] < 60
    assert told(system, question) == ["question.asked", "question.routed", "question.answered"]


def test_a_question_that_waits_too_long_is_told_as_overdue(system: System) -> None:
    question = ask_question(system, department="justice-office")

    system.move_clock_to(system.read("orders", f"/v1/questions/{question}")["due"])
    system.wait_until(lambda: system.read("orders", f"/v1/questions/{question}")["overdue"])

    assert told(system, question)[-1] == "question.overdue"


def test_a_snapshot_becomes_an_order_once_and_is_mended_with_it(system: System) -> None:
    item = publish_item(system, title="清理楼道")
    who = resident(system)
    snapshot = take_snapshot(system, resident=who, position={"latitude": 34.6, "longitude": 119.2})
    path = f"/v1/snapshots/{snapshot}"
    past = {"item": item, "starts_at": system.at(hours=-1)}
    assert "starts_at" in system.call("orders", "POST", f"{path}/accept", past).fields
    accepting = {"item": item, "starts_at": system.at(hours=5), "hands": 2}

    first, again = (
        system.post("orders", f"{path}/accept", accepting, key=f"accept-{snapshot}")
        for _ in range(2)
    )
    system.wait_until(lambda: system.read("orders", path)["status"] == "ordered")

    assert first.data == again.data
    order = system.read("orders", f"/v1/orders/{system.read('orders', path)['order']}")
    assert (order["resident"], order["item"], order["hands"]) == (who, item, 2)
    assert len(list(system.pages("orders", f"/v1/orders?resident={who}"))) == 1

    # The order comes to nothing: the snapshot is decided again, and this time it is mended.
    system.post("orders", f"/v1/orders/{order['id']}/cancel", {"by": "station", "reason": "下雨"})
    system.wait_until(lambda: system.read("orders", path)["status"] == "taken")
    system.post("orders", f"{path}/accept", accepting)
    system.wait_until(lambda: system.read("orders", path)["status"] == "ordered")
    second = system.read("orders", path)["order"]
    team = form_team(system)
    ann, bob = (add_volunteer(system, team) for _ in range(2))
    system.post("orders", f"/v1/orders/{second}/vet")
    for volunteer in (ann, bob):
        accept(system, second, volunteer, team).ok()
    system.wait_until(lambda: read_order(system, second)["status"] == "assigned")
    serve_order(system, second)
    system.post("orders", f"/v1/orders/{second}/rate", {"stars": 5})
    system.wait_until(lambda: system.read("orders", path)["status"] == "mended")
    once = ["snapshot.accepted", "snapshot.ordered"]
    assert told(system, snapshot) == [
        "snapshot.taken",
        *once,
        "snapshot.returned",
        *once,
        "snapshot.mended",
    ]


def test_a_snapshot_is_refused_with_a_reason(system: System) -> None:
    snapshot = take_snapshot(system)
    path = f"/v1/snapshots/{snapshot}"
    system.post("orders", f"{path}/refuse", {"reason": "not-found", "note": "现场已清理"})

    found = system.read("orders", path)
    assert (found["status"], found["refusal"]) == ("refused", "not-found")
    system.settle()
    # Words of people's own stay where they are.
    system.settle()
    [refused] = [
        each
        for each in system.feed("orders")
        if each["subject"] == snapshot and "refused" in each["type"]
    ]
    assert "现场" not in str(refused) and refused["data"]["reason"] == "not-found"


def test_a_photograph_that_was_not_uploaded_is_not_named(system: System) -> None:
    body = {"site": "XP11", "resident": resident(system), "kind": "noise", "place": "东门"}

    answer = system.call("orders", "POST", "/v1/snapshots", body | {"photographs": ["fil_none00"]})

    assert (answer.status, list(answer.fields)) == (422, ["photographs"])


def test_needs_that_were_asked_for_are_set_against_the_menu(system: System) -> None:
    here, there = open_site(system), open_site(system)
    met = publish_item(system, title="理发", sites=[here])
    unasked = publish_item(system, title="象棋", sites=[there])
    survey = open_survey(system, items=[met])
    answers = f"/v1/surveys/{survey}/answers"
    who = resident(system)

    def answer(site: str, *wants: str, **facts: object) -> Document:
        return {"site": site, "wants": list(wants)} | facts

    system.post("orders", answers, answer(here, "need", resident=who))
    twice = system.call("orders", "POST", answers, answer(there, "other", resident=who))
    assert twice.status == 409  # one voice a resident
    system.post("orders", answers, answer(there, "need", voices=7))
    system.post("orders", answers, answer(there, "other", voices=2))

    found = system.read("orders", f"/v1/surveys/{survey}/against-menu")
    rows = {
        name: [(each["site"], each["option"], each["voices"]) for each in found[name]]
        for name in ("asked_and_offered", "asked_not_offered")
    }
    assert rows == {
        "asked_and_offered": [(here, "need", 1)],
        "asked_not_offered": [(there, "need", 7), (there, "other", 2)],
    }
    unmet = {(each["site"], each["item"]) for each in found["offered_not_asked"]}
    assert (there, unasked) in unmet and (here, met) not in unmet

    # An item that meets it everywhere is linked, and nothing of it is missing any more.
    everywhere = publish_item(system, title="流动理发")
    link = {"option": "need", "items": [met, everywhere]}
    system.post("orders", f"/v1/surveys/{survey}/link", link)
    found = system.read("orders", f"/v1/surveys/{survey}/against-menu?site={there}")
    assert [each["items"] for each in found["asked_and_offered"]] == [[everywhere]]
    assert [each["option"] for each in found["asked_not_offered"]] == ["other"]


def test_a_station_sees_and_moves_what_is_its_own(system: System) -> None:
    own, foreign = make_wish(system), make_wish(system, site="XP12")

    def status(method: str, path: str, body: Document | None = None) -> int:
        return system.call("orders", method, path, body, client="station").status

    assert status("GET", f"/v1/wishes/{own}") == 200
    assert status("GET", f"/v1/wishes/{foreign}") == 403
    assert status("POST", f"/v1/wishes/{foreign}/vet", {}) == 403
    for made in ("wishes", "questions", "snapshots"):
        listed = {each["site"] for each in system.pages("orders", f"/v1/{made}", client="station")}
        assert listed <= {"XP11"}
        assert status("GET", f"/v1/{made}?site=XP12") == 403
    assert system.read("orders", f"/v1/wishes/{foreign}")["status"] == "made"
