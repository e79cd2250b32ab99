"""Where the construction of sites is kept, and the plans (建设方案) that it is laid out by."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports.model.commands.construction import (
    ChecklistItem,
    PlanConstruction,
    PlannedMilestone,
    PlannedPhase,
)
from services.reports.model.construction import Construction
from shared.contracts.base import Line, Month
from shared.contracts.reports.construction import Code
from shared.contracts.vocabulary import SiteLevel
from shared.errors import invalid
from shared.service import Kit
from shared.storage.aggregates import Aggregates
from shared.storage.ids import derived_id
from shared.storage.mongo import Document, Index

OF_CONSTRUCTION = "construction"  # what files are for: evidence of milestones
OWN = "own"  # the plan of who lays out milestones of their own

INDEXES = [
    Index("constructions", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("constructions", [("made", 1), ("_id", 1)]),
]


class MilestoneOfPlan(PlannedMilestone):
    """Of which sites it is wanted."""

    levels: list[SiteLevel]
    demonstration: Annotated[bool, Field(description="Of demonstration sites only")] = False


class ConstructionPlan(BaseModel):
    """建设方案: phases, milestones and the checklist of acceptance, as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    title: Line
    title_en: Line
    begins: Month
    phases: list[PlannedPhase]
    milestones: list[MilestoneOfPlan]
    checklist: list[ChecklistItem]


@cache
def plans() -> Mapping[str, ConstructionPlan]:
    """Those that are kept here, by their code."""
    files = sorted((Path(__file__).parent / "construction_plans").glob("*.json"))
    found = [ConstructionPlan.model_validate(json.loads(each.read_text())) for each in files]
    return {each.code: each for each in found}


def with_plan(command: PlanConstruction, site: Document) -> PlanConstruction:
    """The command with all that its plan wants of this site, moved to begin when it says.

    Raises Unprocessable for a plan that is not kept here, or wants nothing of such a site.
    """
    if command.plan is None:
        return command
    plan = plans().get(command.plan)
    if plan is None:
        known = ", ".join(plans())
        raise invalid("plan", f"should be one of: {known}", f"应为其中之一:{known}")
    months = _months(command.begins) - _months(plan.begins) if command.begins else 0
    wanted = [
        each
        for each in plan.milestones
        if site["level"] in each.levels and (site["demonstration"] or not each.demonstration)
    ]
    if not wanted:
        raise invalid("site", "is of a level that the plan wants nothing of", "该方案不含此级站点")
    of_plan = set(MilestoneOfPlan.model_fields) - set(PlannedMilestone.model_fields)
    return command.model_copy(
        update={
            "phases": [
                each.model_copy(
                    update={
                        "begins_on": moved(each.begins_on, months),
                        "ends_on": moved(each.ends_on, months),
                    }
                )
                for each in plan.phases
            ],
            "milestones": [
                PlannedMilestone(
                    **each.model_dump(exclude={*of_plan, "due_on"}),
                    due_on=moved(each.due_on, months),
                )
                for each in wanted
            ],
            "checklist": plan.checklist,
        }
    )


def moved(day: date, months: int) -> date:
    """So many months later; the last day of a month stays the last."""
    number = day.year * 12 + day.month - 1 + months
    first_of_next = date((number + 1) // 12, (number + 1) % 12 + 1, 1).toordinal()
    last = date.fromordinal(first_of_next - 1)
    is_last = date.fromordinal(day.toordinal() + 1).day == 1
    return last if is_last else last.replace(day=min(day.day, last.day))


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def construction_id(site: str, plan: str) -> str:
    """A site has one construction by each plan."""
    return derived_id("bld", site, plan)


def constructions(kit: Kit) -> Aggregates[Construction]:
    return Aggregates(kit.database, "constructions", Construction, kit.clock)
