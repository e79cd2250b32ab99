"""A site closes over HTTP: refused while something is to come, or all of it called off."""

from tests.campaigns import open_programme
from tests.system import Document, System, announce_activity, open_site, register


def test_a_site_closes_once_nothing_is_to_come_or_calls_it_off(system: System) -> None:
    site = open_site(system)
    path = f"/v1/sites/{site}"
    system.post("events", f"{path}/rooms", {"code": "hall", "title": "讲堂", "capacity": 60})
    activity = announce_activity(system, site, room="hall")
    register(system, activity, f"R-{system.prefix}-closing")
    programme = open_programme(system, site=site)
    use = {"starts_at": system.at(hours=8), "ends_at": system.at(hours=9), "purpose": "广场舞"}
    booked = system.post("events", f"{path}/rooms/hall/bookings", use).json["part"]

    refused = system.call("events", "POST", f"{path}/close", {"reason": "合并"})

    assert refused.status == 409
    to_come: Document = refused.json["to_come"]
    assert to_come == {
        name: {"count": 1, "ids": [id]}
        for name, id in {
            "activities": activity, "programmes": programme, "bookings": booked
        }.items()
    }  # fmt: skip
    assert system.read("events", path)["status"] == "open"

    system.wait_until(lambda: listed(system, site) == {activity, programme})
    system.post("events", f"{path}/close", {"reason": "合并", "call_off": True})
    system.settle()

    held = system.read("events", f"/v1/activities/{activity}")
    assert (held["status"], held["reason"]) == ("cancelled", "合并")
    assert {each["status"] for each in held["registrations"].values()} == {"cancelled"}
    assert system.read("events", f"/v1/programmes/{programme}")["status"] == "cancelled"
    assert system.read("events", f"{path}/rooms/hall/calendar")["bookings"] == {}
    assert listed(system, site) == set()
    assert system.call("events", "POST", f"{path}/rooms/hall/bookings", use).status == 422


def listed(system: System, site: str) -> set[str]:
    url = f"{system.urls['events']}/v1/public/activities?site={site}"
    return {each["activity"] for each in system.get(url).json["items"]}
