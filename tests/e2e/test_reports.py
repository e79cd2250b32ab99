"""A published report is fixed as of stated places in the feeds: anybody can count it again."""

from functools import partial
from typing import Any

from services.reports.projections import COUNTED, Sums, period
from shared.messaging.envelope import from_attributes
from tests.system import (
    Meanwhile,
    System,
    month_of_now,
    open_site,
    place_order,
    publish_item,
)

REPORTS = 60


def counted_again(
    feeds: dict[str, list[dict[str, Any]]], as_of: dict[str, int], month: str, site: str
) -> dict[str, int]:
    """The totals of a month and site from the feeds alone, up to the stated places."""
    sums, row = Sums(), dict[str, Any](_id=f"{month}:{site}")
    for source, events in feeds.items():
        for raw in events:
            envelope = from_attributes(raw)
            if envelope.sequence <= as_of.get(source, 0) and raw["data"]["site"] == site:
                event = envelope.event()
                if period(event, envelope) == month:
                    sums.fold(row, event, envelope)
    found: dict[str, int] = row.get("totals", {})
    return found


def test_a_report_published_while_much_happens_is_what_the_feeds_say_as_of_its_places(
    system: System,
) -> None:
    site, item, month = open_site(system), publish_item(system), month_of_now(system)
    body = {"month": month, "site": site}

    with Meanwhile(partial(place_order, system, item, site=site)) as writes:
        ids = [system.post("reports", "/v1/reports", body).id for _ in range(REPORTS)]
    assert writes.times

    types = ",".join(contract.type for contract in COUNTED)
    feeds = {
        source: system.feed(source, f"&type={types}")
        for source in ("orders", "volunteers", "events")
    }
    for id in ids:
        report = system.read("reports", f"/v1/reports/{id}")
        totals = report["figures"]["totals"]
        totals = {k: v for k, v in totals.items() if k not in ("people", "volunteers")}
        assert totals == counted_again(feeds, report["as_of"], month, site)


def test_each_report_supersedes_the_one_before(system: System) -> None:
    body = {"month": month_of_now(system), "site": open_site(system)}

    ids = [system.post("reports", "/v1/reports", body).id for _ in range(3)]

    superseded = [system.read("reports", f"/v1/reports/{id}")["supersedes"] for id in ids]
    assert superseded == [None, *ids[:-1]]
