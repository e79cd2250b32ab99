"""Whether what the services tell and what reports has summed agree."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.sites import require_site
from services.reports.model.period import Grain, Period, PeriodCode
from services.reports.store import Store
from shared.errors import Text, Unavailable, invalid
from shared.messaging.feed_client import FeedUnreachable
from shared.web.api import Api, Call

api: Api[Store] = Api()


class ConsistencyQuery(BaseModel):
    """What to compare."""

    model_config = ConfigDict(extra="forbid")

    period: PeriodCode
    grace_minutes: Annotated[
        int, Field(ge=0, le=14 * 24 * 60, description="How long an entry may be on its way")
    ] = 10


class Difference(BaseModel):
    """Something that does not add up.

    Kinds: hand-not-credited, hand-credited-twice, minutes-differ, entry-without-hand; sum-differs
    (sums against the feeds), days-differ (days against their month), evidence-differs.
    """

    kind: str
    site: str
    what: Annotated[str, Field(description="Measure, or id of the order, shift or entry")]
    expected: int
    found: int
    where: Annotated[str, Field(description="Month, or source and sequence: /orders/17")]


class Consistency(BaseModel):
    """The result: `consistent` where there is no difference."""

    period: str
    as_of: dict[str, int]
    consistent: bool
    hands: Annotated[int, Field(description="Check-outs by machine in the period")]
    entries: Annotated[int, Field(description="Entries credited in the period")]
    waiting: Annotated[int, Field(description="Hands younger than grace_minutes, not credited yet")]
    numbers: Annotated[int, Field(description="Sums that were looked at")]
    differences: list[Difference]
    more: Annotated[bool, Field(description="Only the first thousand differences are shown")]


@api.query("/v1/consistency", scope="reports:audit")
def check_consistency(call: Call[Store], query: ConsistencyQuery) -> Consistency:
    """Count a month, quarter or year again from the services' feeds, and list each difference."""
    require_site(call.client, None)
    period = Period.parse(query.period)
    if period.grain is Grain.DAY:
        raise invalid("period", "a month, quarter or year", "应为月、季度或年")
    try:
        checked = call.app.check(period, call.clock.now(), timedelta(minutes=query.grace_minutes))
    except FeedUnreachable as error:
        raise Unavailable(
            Text(f"A feed can't be read: {error}.", f"事件源暂不可读:{error}。"),
            extra={"retry_after": 5},
        ) from None
    return Consistency(
        period=period.code,
        as_of=checked.as_of,
        consistent=not checked.differences,
        hands=checked.hands,
        entries=checked.entries,
        waiting=checked.waiting,
        numbers=checked.numbers,
        differences=[Difference(**vars(each)) for each in checked.differences],
        more=checked.more,
    )
