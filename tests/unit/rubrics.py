"""A rubric, and what sites got under it, without any I/O."""

import copy
from datetime import timedelta
from typing import Any

from services.reports.model.assessment import Assessment, Inputs
from services.reports.model.commands.rubric import RubricContent
from services.reports.model.period import Period
from services.reports.model.rubric import Edition, Rubric
from services.reports.model.scoring import Found, Scored, SiteInputs
from tests.unit.builders import NOW

RUBRIC = "rub_one1111"
BODY: dict[str, Any] = {
    "title": "新时代文明实践站考核细则",
    "grain": "month",
    "full_marks": 100,
    "indicators": [
        {"code": "rate", "title": "办结率", "formula": "orders_served / orders_placed"},
        {"code": "lacking", "title": "未办结率", "formula": "1 - rate"},
    ],
    "lines": [
        {
            "kind": "figures",
            "code": "1.1",
            "section": "点单",
            "title": "办结率",
            "full": 10,
            "weight": 40,
            "formula": "10 - 10 * lacking",
            "unsayable": 5,
        },
        {
            "kind": "figures",
            "code": "1.2",
            "section": "活动",
            "title": "传思想活动场次",
            "full": 20,
            "weight": 20,
            "formula": "if(sessions_held.theory >= 4, 20, 5 * sessions_held.theory)",
        },
        {
            "kind": "inspection",
            "code": "2.1",
            "section": "阵地",
            "title": "阵地建设",
            "full": 30,
            "weight": 40,
            "photographs": 1,
        },
    ],
    "deductions": [{"code": "K1", "title": "活动未备案", "points": 2, "most": 5}],
    "vetoes": [{"code": "V1", "title": "意识形态事件", "caps_at": 59}],
    "grades": [
        {"code": "good", "title": "优秀", "least": 90},
        {"code": "passed", "title": "合格", "least": 60},
        {"code": "failed", "title": "不合格", "least": 0},
    ],
    "ties": ["2.1"],
}


def body(**facts: Any) -> dict[str, Any]:
    return copy.deepcopy(BODY) | facts


def content(**facts: Any) -> RubricContent:
    return RubricContent.model_validate(body(**facts))


def edition(**facts: Any) -> Edition:
    rubric, _ = Rubric.write(RUBRIC, content(**facts))
    rubric.adopt(NOW)
    return rubric.editions[-1]


def inputs(
    placed: int = 10,
    served: int = 8,
    theory: int = 2,
    place: float | None = 24,
    deductions: int = 0,
    vetoed: bool = False,
) -> SiteInputs:
    """What a site got: 80 % of orders served, two sessions, 24 of 30 by inspection."""
    return SiteInputs(
        title="民主社区实践站",
        title_en="Minzhu station",
        figures={
            "site:orders_placed": placed,
            "site:orders_served": served,
            "site:sessions_held:theory": theory,
        },
        scores=[] if place is None else [Scored("ins_one1111", "2.1", float(place), "2026-10-08")],
        deductions=[Found("fnd_one1111", "K1", deductions)] if deductions else [],
        vetoes=[Found("fnd_two1111", "V1", 1)] if vetoed else [],
    )


def assessment(**sites: SiteInputs) -> Assessment:
    """Of October, computed when it was over."""
    given = Inputs({"orders": 5, "events": 3}, sites or {"XP11": inputs()})
    computed = NOW + timedelta(days=30)
    made, events = Assessment.compute(
        "asm_one1111", RUBRIC, edition(), Period("2026-10"), given, computed
    )
    assert not events
    return made
