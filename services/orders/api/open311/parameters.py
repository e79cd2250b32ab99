"""What a caller sends: query of a search, form of a new request. Empty is the same as not sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from services.orders.reported import Wanted
from shared.contracts.base import Moment
from shared.errors import FieldProblem, InvalidInput, NotFound, Text
from shared.web.problems import from_validation

SPAN = timedelta(days=90)
"""The longest time a search may span, and how far back it goes where nothing is said."""
PAGE_SIZE = 1000
"""The standard's: the first 1000 requests."""
DEEPEST = 20_000
"""So many requests may be paged through; a search for what lies behind should name dates."""
MOST_IDS = 100
_ATTRIBUTE = re.compile(r"^attribute\[([A-Za-z0-9_-]{1,64})\](\[\])?$")


def _listed(value: object) -> object:
    return [part.strip() for part in str(value).split(",") if part.strip()]


Ids = Annotated[list[str], BeforeValidator(_listed), Field(max_length=MOST_IDS)]


class Search(BaseModel):
    """`GET requests`; `page` and `page_size` as other servers extend the standard."""

    model_config = ConfigDict(extra="ignore")

    service_request_id: Ids = []
    service_code: Ids = []
    start_date: Moment | None = None
    end_date: Moment | None = None
    status: Ids = []
    address_id: Ids = []
    page: Annotated[int, Field(ge=1)] = 1
    page_size: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = PAGE_SIZE

    @property
    def skip(self) -> int:
        """How many requests lie before this page. Raises InvalidInput for too many."""
        before = (self.page - 1) * self.page_size
        if before + self.page_size > DEEPEST:
            raise refused(
                "page",
                f"at most {DEEPEST} requests are paged through; name start_date and end_date",
                f"最多翻阅 {DEEPEST} 条;请用 start_date 和 end_date 缩小范围",
            )
        return before

    @property
    def ended(self) -> bool | None:
        """Which of the two statuses; None for both. Raises InvalidInput for another one."""
        if set(self.status) - {"open", "closed"}:
            raise refused("status", "should be open, closed, or both", "应为 open 或 closed")
        return None if len(set(self.status)) != 1 else self.status[0] == "closed"

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when. Raises InvalidInput where that is longer than the standard allows."""
        if self.start_date and self.end_date:
            since, until = self.start_date, self.end_date
        elif self.start_date:
            since, until = self.start_date, self.start_date + SPAN
        else:
            until = self.end_date or now
            since = until - SPAN
        if not timedelta() <= until - since <= SPAN:
            raise refused(
                "end_date",
                f"should be after start_date, at most {SPAN.days} days",
                f"应晚于 start_date,且不超过 {SPAN.days} 天",
            )
        return since, until

    def wanted(self, now: datetime, **who: Any) -> Wanted:
        since, until = self.span(now)
        return Wanted(since=since, until=until, ended=self.ended, **who)


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """`POST requests`, as far as we take it. Names, telephones, mail addresses and device numbers
    that the standard lets callers send are neither read nor kept."""

    service_code: str
    address_id: str | None
    address: str | None
    position: tuple[float, float] | None  # latitude, longitude
    account_id: str | None
    description: str | None
    media_url: str | None
    attributes: dict[str, list[str]] = field(default_factory=dict)


def search(arguments: MultiDict[str, str]) -> Search:
    """Raises InvalidInput naming each parameter."""
    try:
        return Search.model_validate(_given(arguments))
    except ValidationError as error:
        raise from_validation(error, "query") from None


def new_request(form: MultiDict[str, str]) -> NewRequest:
    """Raises InvalidInput: what is missing, or can't be read."""
    given = _given(form)
    if "service_code" not in given:
        raise refused("service_code", "was not provided", "未提供")
    return NewRequest(
        service_code=given["service_code"],
        address_id=given.get("address_id"),
        address=given.get("address_string"),
        position=_position(given),
        account_id=given.get("account_id"),
        description=given.get("description"),
        media_url=given.get("media_url"),
        attributes={
            found[1]: form.getlist(name) for name in form if (found := _ATTRIBUTE.match(name))
        },
    )


def require_jurisdiction(arguments: MultiDict[str, str], served: str) -> None:
    """One is served, so it need not be named; NotFound for another."""
    named = arguments.get("jurisdiction_id", "")
    if named and named != served:
        raise NotFound(
            Text(
                f"jurisdiction_id was not found; this is {served}.",
                f"没有该 jurisdiction_id;此处为 {served}。",
            )
        )


def refused(name: str, en: str, zh: str) -> InvalidInput:
    text = Text(en, zh)
    return InvalidInput(text, FieldProblem(field=name, text=text))


def _given(arguments: MultiDict[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in arguments.items() if value.strip()}


def _position(given: Mapping[str, str]) -> tuple[float, float] | None:
    if "lat" not in given and "long" not in given:
        return None
    return _degrees(given, "lat", 90), _degrees(given, "long", 180)


def _degrees(given: Mapping[str, str], name: str, most: int) -> float:
    try:
        value = float(given[name])
    except (KeyError, ValueError):
        value = float("nan")
    if not -most <= value <= most:
        raise refused(
            name,
            f"lat and long should both be decimal degrees; {name} from -{most} to {most}",
            f"lat 与 long 须同时提供,为十进制度数;{name} 介于 -{most} 与 {most} 之间",
        )
    return value
