"""What every contract is made of: commands (imperative) and events (past tense), bare data."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

PREFIX = "shijian"
OR_IN_CHINESE = " ‖ "
"""Between the two languages of a message that a contract's own check raises."""

SiteCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2,4}$")]
"""Station code (站点编码), e.g. `XP00` for the institute and `XP11` for a station."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}_[a-z0-9]{6,40}$")]
"""Id of an aggregate: prefix of its kind, underscore, letters and digits."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
"""One line of text a person wrote."""

Note = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
"""A short text a person wrote."""

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month of the calendar in Asia/Shanghai, `2026-10`."""

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
"""A duration in whole minutes, at most a day."""


def _in_utc(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"is outside of the calendar{OR_IN_CHINESE}超出日历范围") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


NOT_A_TIME = (
    "should be an RFC 3339 time with zone, such as 2026-10-01T09:00:00+08:00"
    f"{OR_IN_CHINESE}时间须带时区,格式为 RFC 3339,例如 2026-10-01T09:00:00+08:00"
)


def _from_text(value: object) -> datetime:
    """RFC 3339 and nothing else: no number of seconds, no date alone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE_AND_TIME.match(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    raise ValueError(NOT_A_TIME)


_DATE_AND_TIME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")
Moment = Annotated[AwareDatetime, BeforeValidator(_from_text), AfterValidator(_in_utc)]
"""A point in time with zone (RFC 3339), kept in UTC to the millisecond, as MongoDB keeps it."""


def _no_identity(value: str) -> str:
    digits = value.removesuffix("X").removesuffix("x")
    if digits.isdigit() and len(digits) in (11, 17, 18):
        raise ValueError(
            "looks like a telephone or identity number; send a derived number"
            f"{OR_IN_CHINESE}像是电话号码或身份证号码,请使用派生编号"
        )
    return value


PersonRef = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9-]{4,64}$"), AfterValidator(_no_identity)
]
"""The derived number under which a client knows a person; never a telephone or ID number."""


class Contract(BaseModel):
    """Immutable data. `extra` is set by the two kinds below."""

    model_config = ConfigDict(frozen=True)


class Command(Contract):
    """What somebody wants done. Unknown fields are refused, so that a typo is never lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Contract):
    """What has happened. Readers ignore fields they don't know: a version may gain fields.

    A subclass gives its name and version: `class OrderPlaced(Event, name="orders.order.placed",
    version=1)`; the first part of the name is the publishing service.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int]
    type: ClassVar[str]
    publisher: ClassVar[str]
    known: ClassVar[dict[str, Any]] = {}  # every contract by its type

    @classmethod
    def __pydantic_init_subclass__(cls, *, name: str = "", version: int = 1, **kw: Any) -> None:
        super().__pydantic_init_subclass__(**kw)
        if not name:
            return  # a shared base of several events, not an event itself
        cls.name, cls.version = name, version
        cls.type = f"{PREFIX}.{name}.v{version}"
        cls.publisher = name.split(".", 1)[0]
        if cls.type in Event.known:
            raise TypeError(f"two contracts are named {cls.type}")
        Event.known[cls.type] = cls

    def __init_subclass__(cls, *, name: str = "", version: int = 1, **kw: Any) -> None:
        super().__init_subclass__(**kw)


class SiteEvent(Event):
    """An event that belongs to one site; the code is the last part of its routing key."""

    site: SiteCode
