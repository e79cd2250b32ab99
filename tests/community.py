"""What residents ask for beside orders, made over HTTP, each under a name of its own."""

from datetime import timedelta
from typing import Any

from shared.clock import SHANGHAI
from tests.system import Document, System


def resident(system: System) -> str:
    """A derived number that nobody else has."""
    return f"R-{next(system.names)}-{system.prefix}"


def make_wish(system: System, **facts: Any) -> str:
    """A wish: its id."""
    body = {"site": "XP11", "resident": resident(system), "title": "一个书包", "kind": "goods"}
    return system.post("orders", "/v1/wishes", body | facts).id


def open_wish(system: System, **facts: Any) -> str:
    """A wish that may be claimed: its id."""
    id = make_wish(system, **facts)
    system.post("orders", f"/v1/wishes/{id}/vet")
    return id


def ask_question(system: System, **facts: Any) -> str:
    """A policy question: its id."""
    body = {
        "site": "XP11",
        "resident": resident(system),
        "topic": "social-security",
        "text": "灵活就业怎么参保?",
    }
    return system.post("orders", "/v1/questions", body | facts).id


def take_snapshot(system: System, **facts: Any) -> str:
    """A snapshot of things piled up: its id."""
    body = {
        "site": "XP11",
        "resident": resident(system),
        "kind": "piles",
        "place": "3 号楼东侧",
        "photographs": ["https://photos.example.cn/1.jpg"],
    }
    return system.post("orders", "/v1/snapshots", body | facts).id


def open_survey(system: System, items: list[str], **facts: Any) -> str:
    """A survey with the options `need`, which these items meet, and `other`: its id."""
    options: list[Document] = [
        {"code": "need", "title": "上门理发", "theme": "civility", "items": items},
        {"code": "other", "title": "合唱团", "theme": "culture"},
    ]
    body = {"title": "需求征集", "options": options, "closes_at": system.at(days=30)}
    return system.post("orders", "/v1/surveys", body | facts).id


def recipient_body(system: System, **facts: Any) -> Document:
    """Somebody who lives alone, with consent."""
    return {
        "site": "XP11",
        "person": resident(system),
        "categories": ["lonely-elderly"],
        "consent": {
            "given_by": "self",
            "given_at": system.at(minutes=-5),
            "channel": "in-person",
            "witness": "W-0001",
        },
        "data": {"name": "王秀英", "telephone": "13912340001", "address": "民主路 17 号 3 单元"},
    } | facts


def child_body(system: System, **facts: Any) -> Document:
    """A child, with the consent of a guardian."""
    body = recipient_body(system)
    consent = body["consent"] | {"given_by": "guardian", "sensitive": True}
    data = body["data"] | {"guardian": {"name": "王大明", "telephone": "13912340002"}}
    return body | {"categories": ["left-behind-child"], "consent": consent, "data": data} | facts


def register_recipient(system: System, body: Document | None = None) -> str:
    """A recipient: the id."""
    return system.post("orders", "/v1/recipients", body or recipient_body(system)).id


def visit_body(system: System, *volunteers: str, **facts: Any) -> Document:
    """A visit by these adults, just now."""
    visitors = [{"volunteer": each, "adult": True} for each in volunteers or ("vol_ann111",)]
    return {"visited_at": system.at(seconds=-1), "visitors": visitors, "outcome": "well"} | facts


def set_standing_order(system: System, item: str, **facts: Any) -> str:
    """Weekly from 20 days from now on, ordered 14 days before: its id."""
    first = (system.now() + timedelta(days=20)).astimezone(SHANGHAI)
    schedule = {
        "rhythm": "weekly",
        "at": first.strftime("%H:%M"),
        "weekdays": [first.isoweekday()],
        "starts_on": first.date().isoformat(),
    }
    body = {"site": "XP11", "item": item, "schedule": schedule, "ahead_days": 14} | facts
    return system.post("orders", "/v1/standing-orders", body).id
