"""待办 and 匹配 over HTTP: what waits for whom, and who could serve an order."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.orders.model.matching import Candidate, Unfit
from services.orders.model.todo import Task, Waiting, by_urgency, task_for, task_of, waiting
from services.orders.store import Store
from shared.contracts.base import OR_IN_CHINESE, Id, PersonRef, SiteCode
from shared.contracts.vocabulary import Department
from shared.storage.mongo import Document
from shared.web.api import Api, Call

api: Api[Store] = Api()

MOST_LOOKED_AT = 2000
"""Live orders of one question, the oldest first."""


class TodoQuery(BaseModel):
    """For whom, and how much."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode | None = None
    department: Department | None = None
    volunteer: Id | None = None
    resident: PersonRef | None = None
    task: Task | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.site or self.department or self.volunteer or self.resident):
            raise ValueError(
                f"name a site, department, volunteer or resident{OR_IN_CHINESE}"
                "须填写 site、department、volunteer 或 resident"
            )
        return self


class Todo(BaseModel):
    """What waits, the most urgent first; counts are of all, also of what is not listed."""

    counts: dict[Task, int]
    overdue: int
    urged: int
    items: list[Waiting]
    more: bool


class CandidatesQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Candidates(BaseModel):
    """Who could serve, the best first, each explained; and how many could not, and why."""

    items: list[Candidate]
    unfit: dict[Unfit, int]
    looked_at: int


@api.query("/v1/todo", scope="orders:read", also=("orders:private",))
def read_todo(call: Call[Store], query: TodoQuery) -> Todo:
    """待办: what waits for a person, a site or a department; what is overdue or urged first."""
    now = call.clock.now()
    criteria: Document = query.model_dump(
        include={"site", "department", "resident"}, exclude_none=True
    )
    call.client.limit(criteria)
    if not call.client.may("orders:private"):
        criteria["private"] = {"$ne": True}
    found = [
        line
        for order in call.app.live_orders(criteria, query.volunteer, MOST_LOOKED_AT)
        if (
            task := task_for(order, query.volunteer, now)
            if query.volunteer
            else task_of(order, now)
        )
        and (line := waiting(order, task, now, order.offers.get(query.volunteer or "")))
    ]
    wanted = by_urgency(each for each in found if query.task in (None, each.task))
    return Todo(
        counts={task: sum(each.task is task for each in found) for task in Task},
        overdue=sum(each.overdue for each in found),
        urged=sum(each.urged > 0 for each in found),
        items=wanted[: query.limit],
        more=len(wanted) > query.limit,
    )


@api.query("/v1/orders/{id}/candidates", scope="orders:dispatch")
def list_candidates(call: Call[Store], id: str, query: CandidatesQuery) -> Candidates:
    """匹配: who could serve it, by skill, calendar, distance, fairness and wish; each explained."""
    order = call.read(call.app.orders, id).state
    found = call.app.volunteers.candidates(order, call.clock.now(), query.limit)
    return Candidates(items=found.candidates, unfit=found.unfit, looked_at=found.looked_at)
