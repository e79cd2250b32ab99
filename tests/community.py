"""What residents ask for beside orders, made over HTTP, each under a name of its own."""

from typing import Any

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
