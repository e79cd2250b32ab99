"""Personal data as a volunteer's document keeps it: sealed, and masked beside it.

The model never sees a clear value: what is sealed comes in sealed and goes out so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.volunteers.model.commands import Channel, Relation
from shared.contracts.personal import IdType
from shared.errors import Unprocessable, invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
ADULT_YEARS = 18
"""民法典, article 17."""


@dataclass
class Consented:
    """To which text, when, how, and by whom."""

    text: str
    given_at: datetime
    channel: Channel
    by_guardian: bool = False


@dataclass
class Guardian:
    """Who consents for a minor (监护人)."""

    name: str  # sealed
    telephone: str  # sealed
    relation: Relation
    name_masked: str
    telephone_masked: str


@dataclass
class Person:
    """Who a volunteer is: basic information, sealed."""

    name: str  # sealed
    id_type: IdType
    id_number: str  # sealed to be found
    telephone: str  # sealed to be found
    address: str | None  # sealed
    born_on: str | None  # sealed; where the document's number does not hold it
    name_masked: str
    id_number_masked: str
    telephone_masked: str
    consent: Consented
    adult_on: datetime | None = None  # of a minor: the eighteenth birthday
    guardian: Guardian | None = None

    def minor(self, now: datetime) -> bool:
        return self.adult_on is not None and now < self.adult_on


def start_of(day: date) -> datetime:
    """The first moment of a day in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def end_of(day: date) -> datetime:
    """The first moment behind a day in Asia/Shanghai."""
    return start_of(day + timedelta(days=1))


def comes_of_age(born_on: date) -> datetime:
    """The first moment of the eighteenth birthday; who was born on 29 February: on 1 March."""
    try:
        return start_of(born_on.replace(year=born_on.year + ADULT_YEARS))
    except ValueError:
        return start_of(date(born_on.year + ADULT_YEARS, 3, 1))


def age_problem(
    born_on: date | None, has_guardian: bool, consented_at: datetime, now: datetime
) -> Unprocessable | None:
    """Why a person of that birth may not be registered so."""
    if consented_at > now:
        return invalid("consent.given_at", "is in the future", "时间在未来")
    if born_on is None:
        return invalid(
            "born_on",
            "needed, since the document's number does not hold it",
            "必填,因证件号码不含出生日期",
        )
    if born_on > now.astimezone(SHANGHAI).date():
        return invalid("born_on", "is in the future", "出生日期在未来")
    if now < comes_of_age(born_on) and not has_guardian:
        return invalid(
            "guardian",
            "the person is under eighteen: a guardian has to consent",
            "未满十八周岁,须由监护人同意",
        )
    return None
