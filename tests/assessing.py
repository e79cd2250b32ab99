"""Assessment in a running system: a rubric, inspections and what follows from them."""

from typing import Any

from tests.system import Document, System, photograph, upload
from tests.unit.rubrics import body


def adopt_rubric(system: System, **facts: Any) -> str:
    """A rubric with one edition: its id."""
    id = system.post("reports", "/v1/rubrics", body(**facts)).id
    system.post("reports", f"/v1/rubrics/{id}/adopt")
    return id


def today(system: System) -> str:
    """In Asia/Shanghai."""
    return system.at(hours=8)[:10]


def attach(system: System, site: str, purpose: str = "inspection") -> str:
    """A photograph: its id."""
    return upload(system, "reports", purpose, photograph(), site).ok().id


def inspect(system: System, rubric: str, site: str, score: float, **facts: Any) -> str:
    """A visit that scores the line 2.1: its id."""
    shown = [attach(system, site)]
    usual: Document = {
        "site": site,
        "on": today(system),
        "inspectors": ["P-0001"],
        "rubric": rubric,
        "period": today(system)[:7],
        "scores": [{"line": "2.1", "score": score, "photographs": shown}],
    }
    return system.post("reports", "/v1/inspections", usual | facts).id


def find(system: System, rubric: str, site: str, **facts: Any) -> str:
    """A deduction for something that was not announced: its id."""
    usual = {
        "site": site,
        "rubric": rubric,
        "period": today(system)[:7],
        "kind": "deduction",
        "code": "K1",
        "on": today(system),
        "found_by": "P-0001",
        "reason": "活动未备案",
        "events": ["events:1"],
    }
    return system.post("reports", "/v1/findings", usual | facts).id


def compute(system: System, rubric: str, **facts: Any) -> str:
    """A provisional assessment of this month: its id."""
    given = {"rubric": rubric, "period": today(system)[:7]} | facts
    return system.post("reports", "/v1/assessments", given).id


def order_rectification(system: System, site: str = "XP11", **facts: Any) -> str:
    """To be answered in ten days: its id."""
    usual = {"site": site, "title": "阵地破损", "points": ["修缮墙面"], "due": system.at(days=10)}
    return system.post("reports", "/v1/rectifications", usual | facts).id
