"""What the services tell, what reports has summed, and whether they agree."""

from typing import Any

from tests.system import (
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    month_of_now,
    open_site,
    publish_item,
    register,
    serve_order,
)

Document = dict[str, Any]


def check(system: System, site: str) -> tuple[Document, list[Document]]:
    """The result, and the differences of one site; other tests leave what they leave."""
    path = f"/v1/consistency?period={month_of_now(system)}&grace_minutes=60"
    result = system.read("reports", path)
    return result, [each for each in result["differences"] if each["site"] == site]


def served_site(system: System) -> str:
    """A site with an order of two hands, served, and an activity that one resident came to."""
    site, team, item = open_site(system), form_team(system), publish_item(system)
    activity = announce_activity(system, site)
    seat = register(system, activity, f"R-{site}-one")
    volunteers = [add_volunteer(system, team) for _ in range(2)]
    serve_order(system, assigned_order(system, item, team, *volunteers, site=site))
    system.post("events", f"/v1/activities/{activity}/registrations/{seat}/attend")
    system.post("events", f"/v1/activities/{activity}/hold")
    system.settle()
    return site


def test_what_the_services_tell_and_the_sums_agree_and_each_planted_difference_is_found(
    system: System,
) -> None:
    site, month = served_site(system), month_of_now(system)
    heads = {source: system.head(source) for source in ("orders", "volunteers", "events")}

    result, differences = check(system, site)

    assert differences == []
    assert result["hands"] >= 2
    assert {name: result["as_of"][name] for name in heads} == heads

    sums, place = system.live("reports", "sums"), {"_id": f"{month}:{site}"}
    sums.update_one(place, {"$inc": {"totals.orders_completed": 1}})
    try:
        result, differences = check(system, site)
    finally:
        sums.update_one(place, {"$inc": {"totals.orders_completed": -1}})
    assert not result["consistent"]
    assert {(d["kind"], d["what"], d["where"]) for d in differences} == {
        ("sum-differs", "orders_completed", month),
        ("days-differ", "orders_completed", month),
        ("evidence-differs", "orders_completed", month),
    }
    planted = next(d for d in differences if d["kind"] == "sum-differs")
    assert (planted["expected"], planted["found"]) == (1, 2)


def test_an_hour_credited_with_other_minutes_is_found(system: System) -> None:
    site = served_site(system)
    log = system.database("volunteers")["event_log"]
    [first, _] = log.find({"site": site, "type": "shijian.volunteers.hours.credited.v1"})
    body = first["body"]
    planted = body.replace('"minutes":60', '"minutes":61')
    assert planted != body

    log.update_one({"_id": first["_id"]}, {"$set": {"body": planted}})
    try:
        _, differences = check(system, site)
    finally:
        log.update_one({"_id": first["_id"]}, {"$set": {"body": body}})

    assert ("minutes-differ", f"/volunteers/{first['_id']}") in {
        (each["kind"], each["where"]) for each in differences
    }


def test_the_check_is_for_those_who_may_audit_every_site(system: System) -> None:
    path = "/v1/consistency?period=2026"

    assert system.call("reports", "GET", path, client="reader").status == 403
    assert system.call("reports", "GET", path, client="station").status == 403
    assert system.call("reports", "GET", f"{path}-10-09").status == 422
