"""What befalls an order on its way, over HTTP and through the whole system."""

import itertools
from functools import partial

from tests.community import (
    ask_question,
    make_wish,
    recipient_body,
    register_recipient,
    take_snapshot,
    visit_body,
)
from tests.system import (
    Document,
    System,
    accept,
    add_volunteer,
    assigned_order,
    at_once,
    form_team,
    open_order,
    open_site,
    order_body,
    photograph,
    place_order,
    publish_item,
    read_order,
    serve_order,
    upload,
    write_template,
)

QUOTA, ORDERING = 3, 24
CONTROLS = 10  # races, of which one is lost, if not the first
ASKED = {
    "type": "object",
    "properties": {"floor": {"type": "integer", "minimum": 1}},
    "required": ["floor"],
}


def told(system: System, order: str) -> list[str]:
    """What has been told of an order, in short."""
    events = [each for each in system.feed("orders") if each["subject"] == order]
    return [each["type"].split(".")[3] for each in events]


def set_rules(system: System, **rules: object) -> None:
    system.call("orders", "PUT", "/v1/rules", rules).ok()


def test_an_order_goes_to_another_site_with_its_words_from_a_template(system: System) -> None:
    order = open_order(system, publish_item(system))
    path, words = f"/v1/orders/{order}", write_template(system, "transfer")

    gone = {"site": "XP12", "template": words}
    system.post("orders", f"{path}/transfer", gone, client="station")

    found = read_order(system, order)
    assert (found["site"], found["status"], found["reason"]) == ("XP12", "placed", "不在服务区域")
    assert system.call("orders", "GET", path, client="station").status == 403
    wrong = {"template": words}  # is one for transfers
    assert set(system.call("orders", "POST", f"{path}/reject", wrong).fields) == {"template"}
    system.settle()
    assert told(system, order) == ["placed", "vetted", "transferred", "received"]


def test_a_transfer_frees_the_time_of_who_had_accepted(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    volunteer = add_volunteer(system, team)
    order = open_order(system, item, hands=2)
    accept(system, order, volunteer, team).ok()

    system.post("orders", f"/v1/orders/{order}/transfer", {"site": "XP12", "reason": "nearer"})
    system.settle()

    calendar = system.read("volunteers", f"/v1/volunteers/{volunteer}/calendar")
    assert calendar["bookings"] == {}


def test_a_private_order_and_its_files_are_for_those_who_may(system: System) -> None:
    item = publish_item(system)
    file = upload(system, "orders", "private-order", photograph()).ok().id
    order = place_order(system, item, private=True, attachments=[file])
    public = place_order(system, item)

    def status(path: str, client: str) -> int:
        return system.call("orders", "GET", path, client=client).status

    def listed(client: str) -> set[str]:
        path = f"/v1/orders?item={item}"
        return {each["id"] for each in system.pages("orders", path, client=client)}

    paths = (f"/v1/orders/{order}", f"/v1/files/{file}")
    assert [status(each, "reader") for each in paths] == [403, 403]
    assert [status(each, "station") for each in paths] == [200, 200]
    assert (listed("reader"), listed("station")) == ({public}, {order, public})
    assert system.read("orders", f"/v1/files/{file}/facts")["claimed"] is True


def test_a_file_of_another_purpose_or_site_is_not_attached(system: System) -> None:
    order = place_order(system, publish_item(system))
    path = f"/v1/orders/{order}/attachments"
    good = upload(system, "orders", "order", photograph()).ok().id
    menu = upload(system, "orders", "menu", photograph()).ok().id
    elsewhere = upload(system, "orders", "order", photograph(), "XP12").ok().id

    system.post("orders", path, {"file": good})
    for bad in (menu, elsewhere, "fil_none00000"):
        answer = system.call("orders", "POST", path, {"file": bad})
        assert (answer.status, set(answer.fields)) == (422, {"file"})

    assert [each["file"] for each in read_order(system, order)["attachments"]] == [good]


def test_answers_are_checked_by_the_items_questions(system: System) -> None:
    item = publish_item(system, questions=ASKED)
    place = partial(system.call, "orders", "POST", "/v1/orders")

    missing = place(order_body(system, item))
    wrong = place(order_body(system, item, answers={"floor": "third", "name": "x"}))
    right = place(order_body(system, item, answers={"floor": 3}))

    assert (missing.status, set(missing.fields)) == (422, {"answers.floor"})
    assert (wrong.status, set(wrong.fields)) == (422, {"answers.floor", "answers.name"})
    assert read_order(system, right.ok().id)["answers"] == {"floor": 3}


def test_an_old_order_shows_the_item_as_it_was(system: System) -> None:
    item = publish_item(system, title="理发")
    order = place_order(system, item)
    path = f"/v1/menu-items/{item}"

    facts = {"title": "剪发", "theme": "civility", "modes": ["help"], "minutes": 90}
    assert system.call("orders", "PUT", path, facts).status == 428
    system.call("orders", "PUT", path, facts, headers={"If-Match": '"1"'}).ok()

    as_it_was = system.read("orders", f"{path}/editions/{read_order(system, order)['edition']}")
    assert (as_it_was["title"], as_it_was["minutes"]) == ("理发", 60)
    assert read_order(system, place_order(system, item))["edition"] == 2
    assert system.call("orders", "GET", f"{path}/editions/3").status == 404


def test_of_many_who_order_at_once_no_more_than_the_quota_get_it(system: System) -> None:
    item = publish_item(system, quota={"orders": QUOTA, "per": "month"})
    starts = {"starts_at": system.at(hours=3)}
    bodies = [order_body(system, item, **starts) for _ in range(ORDERING)]
    calls = [partial(system.call, "orders", "POST", "/v1/orders", each) for each in bodies]

    answers = at_once(calls, ORDERING)

    placed = [each.id for each in answers if each.status == 201]
    assert len(placed) == QUOTA
    assert {tuple(each.fields) for each in answers if each.status != 201} == {("starts_at",)}
    gone = {"by": "resident", "reason": "better"}
    system.post("orders", f"/v1/orders/{placed[0]}/cancel", gone)
    system.settle()
    assert system.call("orders", "POST", "/v1/orders", bodies[0] | starts).status == 201


def test_control_without_the_version_of_the_book_more_than_the_quota_get_it(
    system: System,
) -> None:
    """The same race is lost where a write does not ask for the version it read."""
    urls = [system.start_extra_api("orders", "tests.e2e.unguarded_orders") for _ in range(2)]
    starts = {"starts_at": system.at(hours=3)}

    def too_many() -> bool:
        item = publish_item(system, quota={"orders": QUOTA, "per": "month"})
        bodies = [order_body(system, item, **starts) for _ in range(ORDERING)]
        order = partial(system.call, "orders", "POST", "/v1/orders")
        calls = [
            partial(order, each, url=url)
            for each, url in zip(bodies, itertools.cycle(urls), strict=False)
        ]
        answers = at_once(calls, ORDERING)
        return sum(each.status == 201 for each in answers) > QUOTA

    assert any(too_many() for _ in range(CONTROLS))
    for url in urls:
        system.end_extra_api(url)


def test_copies_of_a_booklet_leave_the_stock_when_they_are_given(system: System) -> None:
    item = publish_item(system, kind="material", hands=0, title="政策手册")
    path = f"/v1/menu-items/{item}"
    system.post("orders", f"{path}/stock", {"difference": 50})
    order = open_order(system, item, copies=20)

    system.post("orders", f"/v1/orders/{order}/complete", {"copies": 15})
    system.post("orders", f"{path}/hand-out", {"site": "XP11", "copies": 5})
    system.settle()

    found = system.read("orders", path)
    assert (found["stock"], found["handed_out"]) == (30, 20)


def test_what_a_resident_ordered_already_is_a_hint_and_no_refusal(system: System) -> None:
    item = publish_item(system)
    body = order_body(system, item)
    query = f"resident={body['resident']}&item={item}&starts_at=" + body["starts_at"].replace(
        "+", "%2B"
    )

    def hint() -> list[str]:
        return [
            each["id"] for each in system.read("orders", f"/v1/similar-orders?{query}")["items"]
        ]

    assert hint() == []
    first = system.post("orders", "/v1/orders", body).id
    assert hint() == [first]
    assert system.call("orders", "POST", "/v1/orders", body).status == 201


def test_what_waits_is_one_query_for_a_site_a_volunteer_and_a_resident(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    volunteer, other = (add_volunteer(system, team) for _ in range(2))
    soon, later = ({"starts_at": system.at(hours=hours)} for hours in (5, 40))
    to_vet = place_order(system, item, **later)
    asked = open_order(system, item, **later)
    system.post("orders", f"/v1/orders/{asked}/dispatch", {"volunteers": [volunteer, other]})
    serving = assigned_order(system, item, team, volunteer, **soon)
    system.post("orders", f"/v1/orders/{to_vet}/urge")

    def waiting(query: str) -> dict[str, Document]:
        items = system.read("orders", f"/v1/todo?{query}&limit=500")["items"]
        return {each["subject"]: each for each in items}

    site, mine = waiting("site=XP11"), waiting(f"volunteer={volunteer}")
    tasks = {id: site[id]["task"] for id in (to_vet, asked, serving)}
    assert tasks == {to_vet: "vet", asked: "answer-offer", serving: "serve"}
    assert site[to_vet]["urged"] == 1
    assert {id: each["task"] for id, each in mine.items()} == {
        asked: "answer-offer",
        serving: "serve",
    }
    assert waiting(f"volunteer={other}").keys() == {asked}
    serve_order(system, serving)
    resident = read_order(system, serving)["resident"]
    assert [each["task"] for each in waiting(f"resident={resident}").values()] == ["rate"]
    assert set(system.call("orders", "GET", "/v1/todo").fields) == {"query"}


def test_what_waits_beside_orders_is_there_for_who_may_read_it(system: System) -> None:
    question, wish, snapshot = ask_question(system), make_wish(system), take_snapshot(system)
    recipient = register_recipient(system, recipient_body(system, visit_days=1))
    path = f"/v1/recipients/{register_recipient(system)}/visits"
    concern = system.post("orders", path, visit_body(system, outcome="concern", note="瘀伤")).id

    def waiting(client: str) -> dict[str, str]:
        items = system.read("orders", "/v1/todo?site=XP11&limit=500", client=client)["items"]
        return {each["subject"]: each["task"] for each in items}

    mine = waiting("office")
    assert {mine[wish], mine[snapshot]} == {"vet", "decide"}
    assert mine[question] in ("route", "answer")
    assert (mine[recipient], mine[concern]) == ("visit", "report")
    beside = {question, wish, snapshot, recipient, concern}
    assert not beside & waiting("reader").keys()
    answer = system.call("orders", "GET", "/v1/todo?site=XP11&task=visit&limit=500").ok()
    assert "王秀英" not in answer.data.decode()


def test_candidates_are_explained_and_fair_and_a_rule_asks_them(system: System) -> None:
    site = open_site(system)  # whose volunteers come before all those of other tests
    team, item = form_team(system, site), publish_item(system, skills=["haircut"])
    wished, free, busy, suspended = (add_volunteer(system, team, site) for _ in range(4))
    for each in (wished, busy):
        system.post("volunteers", f"/v1/volunteers/{each}/name-skills", {"skills": ["haircut"]})
    starts = {"starts_at": system.at(days=30), "site": site}
    assigned_order(system, item, team, busy, **starts)
    system.post("volunteers", f"/v1/volunteers/{suspended}/suspend", {"reason": "complaint"})
    system.settle()
    order = open_order(system, item, wish=wished, **starts)

    path = f"/v1/orders/{order}/candidates?limit=100"
    found = system.read("orders", path)

    listed = {each["volunteer"]: each for each in found["items"]}
    assert found["items"][0]["volunteer"] == wished
    assert {wished, free} <= listed.keys()
    assert not {busy, suspended} & listed.keys()
    assert found["unfit"]["busy"] >= 1
    points = {each["criterion"]: each["points"] for each in listed[wished]["reasons"]}
    others = {each["criterion"]: each["points"] for each in listed[free]["reasons"]}
    assert (points["wish"], others["wish"]) == (15, 0)
    assert (points["skill"], others["skill"]) == (35, 0)
    assert all(each["en"] and each["zh"] for each in listed[free]["reasons"])

    system.settle()  # that it was vetted is heard before there is a rule
    set_rules(system, item=item, automatic={"ask": 1})

    def asked_by_rule() -> str:
        """An order for which somebody was asked; other processes know a rule a second later."""
        id = open_order(system, item, wish=wished, **starts)
        system.settle()
        return id if read_order(system, id)["asked"] else ""

    by_rule = system.wait_until(asked_by_rule)
    assert read_order(system, by_rule)["asked"] == [wished]
    system.post("orders", f"/v1/orders/{by_rule}/decline", {"volunteer": wished})
    system.wait_until(lambda: len(read_order(system, by_rule)["ever_asked"]) == 2)
    assert read_order(system, by_rule)["asked"] != [wished]
    again = system.read("orders", path)["items"]
    assert next(each for each in again if each["volunteer"] == wished)["asked"] == 1


def test_a_worker_that_was_down_tells_late_but_of_the_same_moments(system: System) -> None:
    item = publish_item(system)
    set_rules(system, item=item, limits={"vet": {"hours": 4}, "escalate": {"hours": 4}})
    order = place_order(system, item, starts_at=system.at(days=9))
    since = read_order(system, order)["stage_since"]
    system.kill("orders-worker")
    try:
        system.move_clock(3 * 86400)
    finally:
        system.start_again("orders-worker")
        system.wait_until_ready("orders")

    system.wait_until(lambda: told(system, order)[-2:] == ["escalated"] * 2)
    system.settle()
    assert told(system, order) == ["placed", "due-soon", "overdue", "escalated", "escalated"]
    late = [e["data"] for e in system.feed("orders") if e["subject"] == order][1:]
    assert {each["since"] for each in late} == {since}
    assert len({each["due"] for each in late}) == 1
