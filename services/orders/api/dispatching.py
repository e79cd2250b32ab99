"""匹配 and deadlines over HTTP: who could serve an order, and until when."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.orders.model import deadlines
from services.orders.model.matching import Candidate, Unfit
from services.orders.store import Store
from shared.web.api import Api, Call

api: Api[Store] = Api()


class CandidatesQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Candidates(BaseModel):
    """Who could serve, the best first, each explained; and how many could not, and why."""

    items: list[Candidate]
    unfit: dict[Unfit, int]
    looked_at: int


class Deadlines(BaseModel):
    """The moments of the present stage; without a stage it has ended."""

    stage: deadlines.Stage | None
    offers: Annotated[dict[str, datetime], Field(description="Until when who was asked may answer")]
    next: Annotated[datetime | None, Field(description="When time moves it next")]


@api.query("/v1/orders/{id}/candidates", scope="orders:dispatch")
def list_candidates(call: Call[Store], id: str, query: CandidatesQuery) -> Candidates:
    """匹配: who could serve it, by skill, calendar, distance, fairness and wish; each explained."""
    order = call.read(call.app.orders, id).state
    found = call.app.volunteers.candidates(order, call.clock.now(), query.limit)
    return Candidates(items=found.candidates, unfit=found.unfit, looked_at=found.looked_at)


@api.query("/v1/orders/{id}/deadlines", scope="orders:read")
def read_deadlines(call: Call[Store], id: str) -> Deadlines:
    """Until when its stage may take; whether the holidays of that year are published yet."""
    order = call.read(call.app.orders, id).state
    return Deadlines(stage=deadlines.stage(order), offers=order.offers, next=order.due_at())
