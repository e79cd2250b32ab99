"""What is told of publicity (舆论引导): media coverage, and model cases (先进典型)."""

from datetime import date
from enum import StrEnum

from shared.contracts.base import Id, SiteCode, SiteEvent
from shared.contracts.vocabulary import Theme


class Medium(StrEnum):
    """Where something is published."""

    NEWSPAPER = "newspaper"  # 报纸
    TELEVISION = "television"  # 电视
    RADIO = "radio"  # 广播
    WEBSITE = "website"  # 网站
    OFFICIAL_ACCOUNT = "official-account"  # 微信公众号
    SHORT_VIDEO = "short-video"  # 短视频
    APP = "app"  # 客户端
    BOARD = "board"  # 宣传栏
    OTHER = "other"


class MediaLevel(StrEnum):
    """Of which level an outlet is, or who uses what is sent upward."""

    STREET = "street"  # 街道
    DISTRICT = "district"  # 区
    CITY = "city"  # 市
    PROVINCE = "province"  # 省
    NATIONAL = "national"  # 中央


class CaseKind(StrEnum):
    """What is held up as a model."""

    PERSON = "person"  # 个人
    FAMILY = "family"  # 家庭
    TEAM = "team"  # 队伍
    PROJECT = "project"  # 项目
    SITE = "site"  # 站点
    PRACTICE = "practice"  # 做法


class CoverageEvent(SiteEvent):
    """What every event of a piece of coverage carries; it counts at `site`."""

    coverage: Id
    sites: list[SiteCode]  # that it names beside
    medium: Medium
    level: MediaLevel
    published_on: date
    theme: Theme | None


class PublicityRecorded(CoverageEvent, name="reports.publicity.recorded", version=1):
    """The media have reported."""


class PublicityWithdrawn(CoverageEvent, name="reports.publicity.withdrawn", version=1):
    """The record did not hold: it no longer counts, on the day that it had counted."""


class ModelCaseEvent(SiteEvent):
    """What every event of a model case carries; what it says stays in the service."""

    case: Id
    kind: CaseKind
    theme: Theme | None
    published_on: date


class ModelCasePublished(ModelCaseEvent, name="reports.model-case.published", version=1):
    """A model case may be told of."""

    photographs: int


class ModelCaseWithdrawn(ModelCaseEvent, name="reports.model-case.withdrawn", version=1):
    """It is told of no longer; it does not count, on the day that it had counted."""
