"""Activities and registrations."""

from typing import Any

from tests.system.installation import Document
from tests.system.running import System


def announce_activity(system: System, site: str = "XP11", **facts: Any) -> str:
    """An activity in two hours, an hour long, with ten seats: its id."""
    usual = {
        "site": site,
        "title": "经典阅读",
        "theme": "culture",
        "modes": ["host"],
        "starts_at": system.at(hours=2),
        "ends_at": system.at(hours=3),
        "capacity": 10,
    }
    return system.post("events", "/v1/activities", usual | facts).id


def register(system: System, activity: str, resident: str) -> str:
    """A seat, or a place in the waiting list: the id of the registration."""
    path = f"/v1/activities/{activity}"
    system.post("events", f"{path}/registrations", {"resident": resident})
    registrations: dict[str, Document] = system.read("events", path)["registrations"]
    return next(id for id, each in registrations.items() if each["resident"] == resident)
