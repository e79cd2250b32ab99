"""The catalogue of qualifications (资质): ONE document, so that nothing can include itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.volunteers.model import commands as asked
from services.volunteers.model.credentials import ADULT, INSURANCE
from services.volunteers.model.person import end_of
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.errors import Conflict, Text, Unprocessable, invalid

MOST_KINDS = 1000


@dataclass
class Kind:
    """One qualification that can be held."""

    title: str
    title_en: str
    includes: list[str]  # directly
    valid_months: int | None


@dataclass
class Catalogue:
    """All qualifications of an installation, by code."""

    status: str = "open"
    kinds: dict[str, Kind] = field(default_factory=dict)

    def define(self, command: asked.DefineQualification) -> Sequence[Event]:
        """A new one, or a known one changed. Who holds it already holds it as it was granted."""
        if command.code in (ADULT, INSURANCE):
            raise invalid("code", "is a word of the needs of posts", "与岗位要求用词相同")
        for each in command.includes:
            if each not in self.kinds:
                raise _unknown("includes", each)
        reached = self._reach(command.includes)
        if command.code in reached:
            raise invalid(
                "includes",
                f"{command.code} would include itself",
                f"{command.code} 将包含自身",
            )
        if command.code not in self.kinds and len(self.kinds) >= MOST_KINDS:
            raise Conflict(
                Text(f"At most {MOST_KINDS} are kept.", f"最多 {MOST_KINDS} 种。"),
                extra={"allowed": []},
            )
        made = Kind(
            command.title, command.title_en, sorted(set(command.includes)), command.valid_months
        )
        if self.kinds.get(command.code) == made:
            return []
        self.kinds[command.code] = made
        return [
            told.QualificationDefined(
                qualification=command.code, title=command.title, includes=sorted(reached)
            )
        ]

    def includes(self, code: str) -> list[str]:
        """Everything that it stands for besides itself. Raises Unprocessable for an unknown one."""
        if code not in self.kinds:
            raise _unknown("qualification", code)
        return sorted(self._reach(self.kinds[code].includes))

    def until(self, command: asked.GrantQualification) -> datetime | None:
        """The first moment at which what is granted so does not hold; None: for ever."""
        months = self.kinds[command.qualification].valid_months
        if command.until:
            return end_of(command.until)
        return end_of(months_after(command.granted_on, months)) if months else None

    def _reach(self, codes: Sequence[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting += self.kinds[code].includes
        return found


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("a month has a first day")


def _unknown(field: str, code: str) -> Unprocessable:
    return invalid(
        field,
        f"there is no qualification {code}; GET /v1/qualifications lists them",
        f"没有资质 {code};可查询 GET /v1/qualifications",
    )
