"""The hours ledger over HTTP: its links, a volunteer's sum and stars, its rules, its check."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.volunteers import chain_check
from services.volunteers.api.volunteers import read_volunteer
from services.volunteers.hours_store import RULES_ID
from services.volunteers.model.commands.hours import SetHoursRules
from services.volunteers.model.hours_rules import HoursRules
from services.volunteers.model.ledger import Link, LinkKind
from services.volunteers.store import Store
from shared.contracts.base import SiteCode
from shared.errors import Forbidden, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
IdText = Annotated[str, Field(max_length=64)]


class HoursQuery(PageQuery):
    """Filters of the hours ledger."""

    site: SiteCode | None = None
    volunteer: IdText | None = None
    team: IdText | None = None
    entry: IdText | None = None
    kind: LinkKind | None = None


@api.query("/v1/hours", scope="hours:read")
def list_hours(call: Call[Store], query: HoursQuery) -> Page[Link]:
    """Credited minutes and corrections with their evidence, in the order they were credited."""
    included = {"site", "volunteer", "team", "entry", "kind"}
    criteria: Document = query.model_dump(include=included, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.hours.chains.links, criteria, query)


class HoursSum(BaseModel):
    """What a volunteer has served, as of the end of the chain."""

    volunteer: str
    minutes: int
    points: int
    stars: int
    next_star_hours: int | None  # what the next star needs; none above the last
    links: int  # number of the last link
    hash: str  # of the last link


@api.query("/v1/volunteers/{id}/hours", scope="hours:read")
def read_hours(call: Call[Store], id: str) -> HoursSum:
    """A volunteer's hours, points and stars."""
    read_volunteer(call, id)
    head = call.app.hours.chains.head(id)
    thresholds = call.app.hours.rules().star_hours
    return HoursSum(
        volunteer=id,
        minutes=head.minutes,
        points=head.points,
        stars=head.stars,
        next_star_hours=next((each for each in thresholds if each * 60 > head.minutes), None),
        links=head.number,
        hash=head.hash,
    )


@api.query("/v1/hours/rules", scope="hours:read")
def read_rules(call: Call[Store]) -> Loaded[HoursRules]:
    """Days of announcement, thresholds of stars, weights of points."""
    return call.app.hours.read_rules()


@api.command("/v1/hours/rules", scope="hours:rules", method="PUT", edits=True)
def set_rules(call: Call[Store], body: SetHoursRules) -> Receipt:
    """Replace the rules; what is credited already stays."""
    return call.app.hours.rule_book.change(
        RULES_ID,
        call.origin,
        lambda rules, now: rules.set(body),
        call.expected,
        initial=HoursRules,
    )


class CheckQuery(BaseModel):
    """One volunteer's chain, or a stretch of the event log with all chains that it tells of."""

    model_config = ConfigDict(extra="forbid")

    volunteer: IdText | None = None
    after: Annotated[int, Field(ge=0, description="Number in the event log")] = 0
    limit: Annotated[int, Field(ge=1, le=1000, description="Events of the log")] = 500


@api.query("/v1/hours/check", scope="hours:audit")
def check_hours(call: Call[Store], query: CheckQuery) -> chain_check.CheckResult:
    """Walks chains and the events that told of them, and names what was tampered with."""
    checker = chain_check.Checker(call.app.hours.chains, call.app.log)
    if query.volunteer:
        read_volunteer(call, query.volunteer)
        return checker.volunteer(query.volunteer)
    if not call.client.everywhere:
        raise Forbidden(
            Text("The whole log is for clients of every site.", "仅可代表全部站点的客户端可核对。")
        )
    return checker.log(query.after, query.limit)
