"""待办 over HTTP: what waits for whom, of everything that the orders service keeps."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.orders.model import todo
from services.orders.model.todo import Task, Waiting, by_urgency
from services.orders.store import Store
from shared.contracts.base import OR_IN_CHINESE, Id, PersonRef, SiteCode
from shared.contracts.vocabulary import Department
from shared.storage.mongo import Document
from shared.web.api import Api, Call

api: Api[Store] = Api()

MOST_LOOKED_AT = 2000
"""Of one kind, for one question; the oldest first."""
PRIVATE = "orders:private"
SOON = timedelta(days=7)
"""A visit that is due within this waits."""


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


Source = Callable[[Call[Store], TodoQuery, datetime], Iterator[Waiting]]


def orders(call: Call[Store], query: TodoQuery, now: datetime) -> Iterator[Waiting]:
    """Those that time will still move."""
    criteria = _criteria(call, query, "site", "department", "resident")
    if not call.client.may(PRIVATE):
        criteria["private"] = {"$ne": True}
    for order in call.app.live_orders(criteria, query.volunteer, MOST_LOOKED_AT):
        line = (
            todo.of_order_for(order, query.volunteer, now)
            if query.volunteer
            else todo.of_order(order, now)
        )
        if line:
            yield line


def wishes(call: Call[Store], query: TodoQuery, now: datetime) -> Iterator[Waiting]:
    """To be vetted, claimed, granted; of a volunteer or department what it has claimed."""
    if not call.client.may("wishes:read") or query.resident:
        return
    criteria = _criteria(call, query, "site") | {"status": {"$in": list(todo.WISH_TASKS)}}
    for name in ("volunteer", "department"):
        if wanted := getattr(query, name):
            criteria |= {f"claim.{name}": wanted, "status": "claimed"}
    for found in call.app.wishes.find(criteria, limit=MOST_LOOKED_AT):
        yield todo.of_wish(found.state, now)


def questions(call: Call[Store], query: TodoQuery, now: datetime) -> Iterator[Waiting]:
    """To be routed, or answered."""
    if not call.client.may("questions:read") or query.volunteer or query.resident:
        return
    criteria = _criteria(call, query, "site", "department")
    criteria["status"] = {"$in": list(todo.QUESTION_TASKS)}
    for found in call.app.questions.find(criteria, limit=MOST_LOOKED_AT):
        yield todo.of_question(found.state, now)


def snapshots(call: Call[Store], query: TodoQuery, now: datetime) -> Iterator[Waiting]:
    """To be decided."""
    others = query.volunteer or query.resident or query.department
    if not call.client.may("snapshots:read") or others:
        return
    criteria = _criteria(call, query, "site") | {"status": {"$in": list(todo.SNAPSHOT_TASKS)}}
    for found in call.app.snapshots.find(criteria, limit=MOST_LOOKED_AT):
        yield todo.of_snapshot(found.state, now)


def visits(call: Call[Store], query: TodoQuery, now: datetime) -> Iterator[Waiting]:
    """Recipients to be visited soon, of a volunteer those it is paired with; and concerns."""
    if not call.client.may("recipients:read") or query.resident or query.department:
        return
    criteria = _criteria(call, query, "site")
    soon = criteria | {"status": "active", "next_visit": {"$lte": now + SOON}}
    if query.volunteer:
        paired = criteria | {"volunteer": query.volunteer, "status": "active"}
        pairings = call.app.care.pairings.find(paired, limit=MOST_LOOKED_AT)
        soon["id"] = {"$in": [each.state.recipient for each in pairings]}
    for found in call.app.care.recipients.find(soon, limit=MOST_LOOKED_AT):
        if line := todo.of_recipient(found.state, now):
            yield line
    if query.volunteer:
        return
    concerns = call.app.care.visits.find(criteria | {"status": "concern"}, limit=MOST_LOOKED_AT)
    for each in concerns:
        yield todo.of_concern(each.state, now)


SOURCES: tuple[Source, ...] = (orders, wishes, questions, snapshots, visits)
"""Each leaves out what its client may not read."""


@api.query(
    "/v1/todo",
    scope="orders:read",
    also=(PRIVATE, "wishes:read", "questions:read", "snapshots:read", "recipients:read"),
)
def read_todo(call: Call[Store], query: TodoQuery) -> Todo:
    """待办: what waits for a person, a site or a department; what is overdue or urged first."""
    now = call.clock.now()
    found = [line for source in SOURCES for line in source(call, query, now)]
    wanted = by_urgency(each for each in found if query.task in (None, each.task))
    return Todo(
        counts={task: sum(each.task is task for each in found) for task in Task},
        overdue=sum(each.overdue for each in found),
        urged=sum(each.urged > 0 for each in found),
        items=wanted[: query.limit],
        more=len(wanted) > query.limit,
    )


def _criteria(call: Call[Store], query: TodoQuery, *names: str) -> Document:
    criteria: Document = {name: each for name in names if (each := getattr(query, name))}
    call.client.limit(criteria)
    return criteria
