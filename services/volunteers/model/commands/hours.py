"""What can be asked of the hours ledger."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Contract, Id, Line, Moment, SiteCode
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import HoursSource

MOST_ROWS = 200  # of one sheet
MOST_SCANS = 20
MOST_DAYS = 60  # of an announcement
MANUAL = (HoursSource.PAPER, HoursSource.STATEMENT)

Percent = Annotated[int, Field(ge=100, le=500)]
HourOfDay = Annotated[int, Field(ge=0, le=23)]
Pause = Annotated[int, Field(ge=0, le=24 * 60 - 1, description="Minutes not served in between")]
Scan = Annotated[str, Field(pattern=r"^[a-z]{2,4}_[a-z0-9]{6,64}$", description="Id of a file")]


class SheetRow(Contract):
    """One person's line; times are the sheet's where it does not say (partial attendance)."""

    model_config = Command.model_config

    volunteer: Id
    team: Id | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    pause: Pause = 0


def require_evidence(source: HoursSource, scans: list[str], explanation: str | None) -> None:
    """What people enter is on paper, or they say how it is known."""
    if source not in MANUAL:
        raise ValueError(
            "source: send paper or statement; the machine enters the others itself"
            f"{OR_IN_CHINESE}source 应为 paper 或 statement,其余由系统自动录入"
        )
    if source is HoursSource.PAPER and not scans:
        raise ValueError(
            f"scans: send the scanned sheet's files{OR_IN_CHINESE}scans:请附签到表扫描件"
        )
    if source is HoursSource.STATEMENT and not explanation:
        raise ValueError(
            "explanation: say how it is known without a sheet"
            f"{OR_IN_CHINESE}explanation:无签到表时须说明依据"
        )


class EnterSheet(Command):
    """录入: hours from a paper sign-in sheet (签到表), or stated without one."""

    site: SiteCode
    source: HoursSource = HoursSource.PAPER
    team: Id
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=6)]
    started_at: Moment
    ended_at: Moment
    scans: Annotated[list[Scan], Field(max_length=MOST_SCANS)] = []
    explanation: Line | None = None
    rows: Annotated[list[SheetRow], Field(min_length=1, max_length=MOST_ROWS)]

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        require_evidence(self.source, self.scans, self.explanation)
        return self


class CheckSheet(Command):
    """审核: a second person has compared every row with its evidence."""

    announce: bool = True  # at once; else `announce` does it later


class AnnounceSheet(Command):
    """公示."""


class RefuseSheet(Command):
    """The check has failed: none of its rows is credited."""

    reason: Line


class WithdrawSheet(Command):
    """Who entered it takes it back."""


class ObjectToRow(Command):
    """异议, within the announcement."""

    reason: Line


class DecideObjection(Command):
    """Whether the objection is right; by somebody else than who entered the sheet."""

    uphold: bool
    reason: Line


class RetrySheet(Command):
    """Try again to credit rows that other minutes were in the way of."""


class ProposeCorrection(Command):
    """An entry is wrong. Without times it was not served at all."""

    volunteer: Id
    entry: Id
    started_at: Moment | None = None
    ended_at: Moment | None = None
    pause: Pause = 0
    reason: Line
    scans: Annotated[list[Scan], Field(max_length=MOST_SCANS)] = []


class ApproveCorrection(Command):
    """A second person agrees."""


class RefuseCorrection(Command):
    """A second person does not agree."""

    reason: Line


class WithdrawCorrection(Command):
    """Who proposed it takes it back."""


def _rising(hours: list[int]) -> list[int]:
    if any(later <= earlier for earlier, later in pairwise(hours)):
        raise ValueError(f"each more than the one before{OR_IN_CHINESE}应逐级递增")
    return hours


def _all_sources(days: dict[HoursSource, int]) -> dict[HoursSource, int]:
    missing = [each for each in HoursSource if each not in days]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}{OR_IN_CHINESE}缺少:{'、'.join(missing)}")
    return days


class PointWeights(Contract):
    """积分 in percent of a minute; hours of the day in Asia/Shanghai."""

    model_config = Command.model_config

    night: Percent
    night_from: HourOfDay
    night_until: HourOfDay
    holiday: Percent


class SetHoursRules(Command):
    """What holds from now on. Machine evidence with 0 days is credited at once."""

    announcement_days: Annotated[
        dict[HoursSource, Annotated[int, Field(ge=0, le=MOST_DAYS)]], AfterValidator(_all_sources)
    ]
    star_hours: Annotated[
        list[Annotated[int, Field(ge=1, le=100_000)]],
        Field(min_length=1, max_length=10),
        AfterValidator(_rising),
    ]
    weights: PointWeights
