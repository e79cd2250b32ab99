"""What is told to the media and upward, in a running system."""

from typing import Any

from tests.system import Answer, System

WRITER, CHECKER = {"X-Person": "wang-1"}, {"X-Person": "li-2"}


def today_of(system: System) -> str:
    """In Asia/Shanghai."""
    return system.at(hours=8)[:10]


def record_coverage(system: System, **facts: Any) -> Answer:
    """A newspaper has reported today. It may be refused."""
    client = facts.pop("client", "office")
    body = {
        "site": "XP11",
        "medium": "newspaper",
        "level": "city",
        "outlet": "连云港日报",
        "title": "家门口的理发摊",
        "published_on": today_of(system),
    }
    return system.call("reports", "POST", "/v1/coverage", body | facts, client=client)


def draft_case(system: System, **facts: Any) -> Answer:
    """A model case. It may be refused."""
    body = {"site": "XP11", "kind": "family", "title": "好家风", "text": "一家三代志愿者"}
    return system.call("reports", "POST", "/v1/model-cases", body | facts, headers=WRITER)


def draft_bulletin(system: System, **facts: Any) -> Answer:
    """A bulletin. It may be refused."""
    client = facts.pop("client", "office")
    body = {"site": "XP11", "title": "重阳敬老", "text": "站北社区为老人理发"}
    return system.call(
        "reports", "POST", "/v1/bulletins", body | facts, headers=WRITER, client=client
    )


def sent_bulletin(system: System, *levels: str, **facts: Any) -> str:
    """One that was checked, and sent to these levels: its id."""
    id = draft_bulletin(system, **facts).ok().id
    path = f"/v1/bulletins/{id}"
    system.post("reports", f"{path}/check", headers=CHECKER)
    for level in levels:
        system.post("reports", f"{path}/send", {"level": level})
    return id
