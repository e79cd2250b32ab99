"""The closed loop over HTTP, from the menu to the report, with exact figures."""

from datetime import timedelta

from shared.clock import SHANGHAI
from tests.system import (
    System,
    accept,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    month_of_now,
    open_order,
    open_site,
    order_body,
    place_order,
    publish_item,
    read_order,
    register,
    serve_order,
)


def keep_within_a_month(system: System) -> str:
    """Move on where the month would end in the middle of a test: the month."""
    days_ahead = (system.now() + timedelta(days=2)).astimezone(SHANGHAI)
    if days_ahead.strftime("%Y-%m") != month_of_now(system):
        system.move_clock(3 * 86400)
    return month_of_now(system)


def without_times(counts: dict[str, int]) -> dict[str, int]:
    """How long it took to accept and to serve hangs on how fast the machine is."""
    return {k: v for k, v in counts.items() if k not in ("accept_minutes", "serve_minutes")}


def test_from_the_menu_to_the_report_every_figure_is_exact(system: System) -> None:
    month, site = keep_within_a_month(system), open_site(system)
    team, resident = form_team(system, site), f"R-{next(system.names)}-{system.prefix}"
    ann, bob = (add_volunteer(system, team, site) for _ in range(2))
    item = publish_item(system, theme="policy", modes=["lecture", "help"])

    # An order that is served by two for 44 minutes, and rated with four stars.
    order = assigned_order(system, item, team, ann, bob, site=site, resident=resident)
    serve_order(system, order, minutes=44)
    rated = system.post("orders", f"/v1/orders/{order}/rate", {"stars": 4})
    assert rated.json["status"] == "closed"
    # One placed on behalf and rejected, one cancelled.
    behalf = {"channel": "visit", "oral_yes": True}
    rejected = place_order(system, item, site=site, on_behalf=behalf)
    system.post("orders", f"/v1/orders/{rejected}/reject", {"reason": "not offered"})
    cancelled = open_order(system, item, site=site)
    system.post("orders", f"/v1/orders/{cancelled}/cancel", {"by": "office", "reason": "twice"})
    # An activity to which the same resident and another one come, and a third does not.
    activity = announce_activity(system, site)
    path = f"/v1/activities/{activity}"
    seats = [register(system, activity, who) for who in (resident, "R-other-1", "R-other-2")]
    system.move_clock_to(system.read("events", path)["starts_at"])
    for seat in seats[:2]:
        system.post("events", f"{path}/registrations/{seat}/attend")
    system.post("events", f"{path}/hold")
    system.settle()

    served = {
        "acceptances": 2,
        "orders_accepted": 1,
        "orders_cancelled": 1,
        "orders_closed": 1,
        "orders_completed": 1,
        "orders_on_behalf": 1,
        "orders_placed": 3,
        "orders_rejected": 1,
        "orders_served": 1,
        "ratings": 1,
        "ratings_4": 1,
        "service_entries": 2,
        "service_minutes": 88,
        "stars": 4,
    }
    held = {"activities_announced": 1, "attendances": 2, "registrations": 3, "sessions_held": 1}
    of_orders = served | {"people": 1, "volunteers": 2}
    formed = {"teams_formed": 1, "volunteers_registered": 2, "volunteers_verified": 2}
    both = served | held | formed | {"people": 2, "volunteers": 2}
    figures = system.read("reports", f"/v1/figures?period={month}&site={site}")
    as_of = {service: system.head(service) for service in ("events", "orders", "volunteers")}
    heard = {each: place for each, place in figures["as_of"].items() if each in as_of}
    assert heard == as_of  # of reports itself too, where it has told something
    assert without_times(figures["totals"]) == both
    assert figures["by_theme"]["culture"] == held | {"people": 2}
    assert without_times(figures["by_theme"]["policy"]) == of_orders
    assert without_times(figures["by_mode"]["help"]) == of_orders
    assert figures["by_mode"] == figures["by_mode"] | {
        "host": held | {"people": 2},
        "lecture": figures["by_mode"]["help"],
    }
    assert figures["by_site"] == {site: figures["totals"]}

    # The hours ledger says the same, with its evidence.
    entries = list(system.pages("volunteers", f"/v1/hours?site={site}"))
    assert {each["volunteer"]: each["minutes"] for each in entries} == {ann: 44, bob: 44}
    told = {each["id"]: each for each in system.feed("orders") if each["subject"] == order}
    assert {told[each["evidence"]]["type"] for each in entries} == {
        "shijian.orders.order.checked-out.v1"
    }

    # A published report keeps the figures; a later one supersedes it.
    first = system.post("reports", "/v1/reports", {"month": month, "site": site}).id
    second = system.post("reports", "/v1/reports", {"month": month, "site": site}).id
    one, two = (system.read("reports", f"/v1/reports/{id}") for id in (first, second))
    for part in ("totals", "by_theme", "by_mode", "by_site"):
        assert one["figures"][part] == figures[part]
    assert ({each: one["as_of"][each] for each in as_of}, one["supersedes"]) == (as_of, None)
    assert (two["supersedes"], two["checksum"]) == (first, one["checksum"])


def test_the_streets_figures_are_the_sum_of_its_sites(system: System) -> None:
    system.settle()

    figures = system.read("reports", f"/v1/figures?month={month_of_now(system)}")

    sums: dict[str, int] = {}
    for each in figures["by_site"].values():
        for name, count in each.items():
            sums[name] = sums.get(name, 0) + count
    counted = {name: count for name, count in figures["totals"].items() if name != "people"}
    assert counted == {name: count for name, count in sums.items() if name != "people"}
    assert figures["totals"]["people"] <= sums["people"]  # one person may be reached at two sites


def test_an_order_reopens_on_a_bad_rating_and_is_served_again(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    ann, bob = (add_volunteer(system, team) for _ in range(2))
    order = assigned_order(system, item, team, ann)
    serve_order(system, order, minutes=30)

    rated = system.post("orders", f"/v1/orders/{order}/rate", {"stars": 2})
    assert rated.json["status"] == "open"
    accept(system, order, bob, team).ok()
    system.wait_until(lambda: read_order(system, order)["status"] == "assigned")
    serve_order(system, order, minutes=45)
    system.post("orders", f"/v1/orders/{order}/rate", {"stars": 5})
    system.settle()

    found = read_order(system, order)
    assert (found["status"], found["times_reopened"]) == ("closed", 1)
    minutes = {
        volunteer: [
            each["minutes"]
            for each in system.pages("volunteers", f"/v1/hours?volunteer={volunteer}")
        ]
        for volunteer in (ann, bob)
    }
    assert minutes == {ann: [30], bob: [45]}  # what was served before stays


def test_an_order_that_nobody_rates_is_rated_after_seven_days(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    order = assigned_order(system, item, team, add_volunteer(system, team))
    serve_order(system, order)

    system.move_clock(6.9 * 86400)
    system.settle()
    assert read_order(system, order)["status"] == "completed"
    system.move_clock(0.2 * 86400)
    system.wait_until(lambda: read_order(system, order)["status"] == "closed")
    system.settle()

    found = read_order(system, order)
    assert (found["stars"], found["rated_automatically"]) == (5, True)
    [rated] = [
        each
        for each in system.feed("orders", "&type=shijian.orders.order.rated.v1")
        if each["subject"] == order
    ]
    assert rated["data"]["automatic"] is True


def test_a_volunteer_who_may_not_serve_is_released_with_the_reason(system: System) -> None:
    team, other, item = form_team(system), form_team(system), publish_item(system)
    stranger, suspended = add_volunteer(system, other), add_volunteer(system, team)
    system.post("volunteers", f"/v1/volunteers/{suspended}/suspend", {"reason": "complaint"})
    busy = add_volunteer(system, team)
    assigned_order(system, item, team, busy)
    cases = {stranger: "not-in-team", suspended: "suspended", busy: "overlap"}
    cases["vol_unknown111"] = "unknown-volunteer"

    orders = {volunteer: open_order(system, item) for volunteer in cases}
    for volunteer, order in orders.items():
        accept(system, order, volunteer, team).ok()
    system.settle()

    for order in orders.values():
        [held] = read_order(system, order)["acceptances"].values()
        assert (held["status"], held["release_reason"]) == ("released", "refused")
        assert read_order(system, order)["status"] == "open"
    refused = system.feed("volunteers", "&type=shijian.volunteers.booking.refused.v1")
    reasons = {each["data"]["order"]: each["data"]["reason"] for each in refused}
    assert {volunteer: reasons[order] for volunteer, order in orders.items()} == cases


def test_giving_back_and_cancelling_free_the_volunteers_time(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    ann, bob = (add_volunteer(system, team) for _ in range(2))
    given_back = assigned_order(system, item, team, ann)
    cancelled = assigned_order(system, item, team, bob)

    [acceptance] = read_order(system, given_back)["acceptances"]
    system.post("orders", f"/v1/orders/{given_back}/acceptances/{acceptance}/release")
    system.post("orders", f"/v1/orders/{cancelled}/cancel", {"by": "resident", "reason": "well"})
    system.settle()

    for volunteer in (ann, bob):
        calendar = system.read("volunteers", f"/v1/volunteers/{volunteer}/calendar")
        assert calendar["bookings"] == {}


def test_a_dispatched_order_is_for_those_who_were_asked(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    asked, other = (add_volunteer(system, team) for _ in range(2))
    order = open_order(system, item)
    system.post("orders", f"/v1/orders/{order}/dispatch", {"volunteers": [asked]})

    assert accept(system, order, other, team).status == 422
    accept(system, order, asked, team).ok()
    system.wait_until(lambda: read_order(system, order)["status"] == "assigned")


def test_a_seat_that_is_given_back_goes_to_who_waited_first(system: System) -> None:
    activity = announce_activity(system, capacity=1)
    first, second, third = (register(system, activity, f"R-{n}-waiting") for n in "abc")
    path = f"/v1/activities/{activity}"

    system.post("events", f"{path}/registrations/{first}/cancel")

    found = system.read("events", path)["registrations"]
    statuses = [found[each]["status"] for each in (first, second, third)]
    assert statuses == ["cancelled", "confirmed", "waitlisted"]


def test_what_waits_too_long_is_told_once(system: System) -> None:
    item = publish_item(system)
    limits = {"vet": {"hours": 24}, "escalate": {"hours": 240}}
    system.call("orders", "PUT", "/v1/rules", {"item": item, "limits": limits}).ok()
    order = place_order(system, item, starts_at=system.at(days=9))
    system.move_clock(86400 + 60)

    def overdue() -> list[str]:
        path = "&type=shijian.orders.order.overdue.v1"
        return [e["data"]["stage"] for e in system.feed("orders", path) if e["subject"] == order]

    system.wait_until(overdue)
    system.move_clock(86400)
    system.settle()
    assert overdue() == ["vet"]


def test_an_order_from_a_body_with_every_field_is_kept_as_it_was_sent(system: System) -> None:
    behalf = {"channel": "telephone", "oral_yes": True}
    body = order_body(system, publish_item(system), hands=3, on_behalf=behalf)

    found = read_order(system, system.post("orders", "/v1/orders", body).id)

    assert {name: found[name] for name in ("item", "site", "resident", "hands")} == {
        name: body[name] for name in ("item", "site", "resident", "hands")
    }
    assert found["on_behalf"] == "telephone"
