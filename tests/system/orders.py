"""Orders, and what one needs to place them."""

from typing import Any

from tests.system.answers import Answer
from tests.system.installation import Document
from tests.system.running import System


def publish_item(system: System, **facts: Any) -> str:
    """A menu item for one volunteer and an hour, at every site: its id."""
    body = {"title": "理发", "theme": "civility", "modes": ["help"]} | facts
    return system.post("orders", "/v1/menu-items", body, key=next(system.names)).id


def write_template(system: System, *uses: str) -> str:
    """Words for a reason: the id of the template."""
    body = {"title": next(system.names), "text": "不在服务区域", "uses": list(uses) or ["reject"]}
    return system.post("orders", "/v1/templates", body).id


def order_body(system: System, item: str, **facts: Any) -> Document:
    """What places an order that starts in two hours."""
    return {
        "item": item,
        "site": "XP11",
        "resident": f"R-{next(system.names)}-{system.prefix}",
        "starts_at": system.at(hours=2),
    } | facts


def place_order(system: System, item: str, **facts: Any) -> str:
    """A placed order: its id."""
    return system.post("orders", "/v1/orders", order_body(system, item, **facts)).id


def open_order(system: System, item: str, **facts: Any) -> str:
    """A vetted order: its id."""
    id = place_order(system, item, **facts)
    system.post("orders", f"/v1/orders/{id}/vet")
    return id


def read_order(system: System, id: str) -> Document:
    found: Document = system.read("orders", f"/v1/orders/{id}")
    return found


def accept(system: System, order: str, volunteer: str, team: str, **options: Any) -> Answer:
    """接单, or 抢单. It may be refused."""
    body = {"volunteer": volunteer, "team": team}
    return system.call("orders", "POST", f"/v1/orders/{order}/accept", body, **options)


def assigned_order(system: System, item: str, team: str, *volunteers: str, **facts: Any) -> str:
    """An order that these volunteers have accepted, their time reserved: its id."""
    id = open_order(system, item, hands=len(volunteers), **facts)
    for volunteer in volunteers:
        accept(system, id, volunteer, team).ok()
    system.wait_until(lambda: read_order(system, id)["status"] == "assigned")
    return id


def serve_order(system: System, id: str, minutes: int = 60) -> None:
    """Everybody checks in at its time, serves, and checks out; it is completed."""
    order = read_order(system, id)
    system.move_clock_to(order["starts_at"])
    path = f"/v1/orders/{id}"
    for acceptance, held in order["acceptances"].items():
        if held["status"] == "assigned":
            system.post("orders", f"{path}/acceptances/{acceptance}/check-in")
    system.move_clock(minutes * 60)
    for acceptance, held in read_order(system, id)["acceptances"].items():
        if held["status"] == "checked-in":
            system.post("orders", f"{path}/acceptances/{acceptance}/check-out")
    system.post("orders", f"{path}/complete")
