"""What is told of drives (专项行动)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Id, Moment, SiteCode, SiteEvent
from shared.contracts.vocabulary import Theme


class DriveKind(StrEnum):
    """What a drive is about (plan, 三.4 and 三.5)."""

    CIVIL_TRAVEL = "civil-travel"  # 文明出行
    CIVIL_TOURISM = "civil-tourism"  # 文明旅游
    CIVIL_DINING = "civil-dining"  # 文明餐桌
    TIDINESS = "tidiness"  # 乱堆乱放
    UNAUTHORISED_BUILDING = "unauthorised-building"  # 乱搭乱建
    WASTE_SORTING = "waste-sorting"  # 垃圾分类
    CUSTOMS = "customs"  # 移风易俗
    ANTI_SUPERSTITION = "anti-superstition"  # 破除封建迷信
    ANTI_PORNOGRAPHY = "anti-pornography"  # 扫黄打非
    OTHER = "other"


class SiteResult(BaseModel):
    """What a drive has brought at one site."""

    model_config = ConfigDict(frozen=True)

    site: SiteCode
    tasks: int  # set for the site
    done: int  # of them, reported as done
    found: int  # cases (件) that were found
    mended: int  # of them, put right
    helpers: int  # attendances (人次) of those who took part


class DriveEvent(SiteEvent):
    """What every event of a drive carries; `site` leads it."""

    drive: Id
    kind: DriveKind
    theme: Theme


class DriveOpened(DriveEvent, name="events.drive.opened", version=1):
    """The task list is out."""

    sites: list[SiteCode]
    tasks: int
    starts_at: Moment
    ends_at: Moment


class DriveReported(DriveEvent, name="events.drive.reported", version=1):
    """A task was worked on at a site: what this report adds."""

    task: Id
    report: Id
    at_site: SiteCode
    found: int
    mended: int
    helpers: int
    photographs_before: int
    photographs_after: int
    done: bool  # the task is done with it


class DriveClosed(DriveEvent, name="events.drive.closed", version=1):
    """It is over: the results of each site."""

    results: list[SiteResult]


class DriveCancelled(DriveEvent, name="events.drive.cancelled", version=1):
    """It is called off before anybody reported."""
