"""Coverage, model cases and bulletins as they are in each state, without any I/O."""

from typing import Any

from services.reports.model.bulletin import Bulletin
from services.reports.model.commands import (
    DraftBulletin,
    DraftCase,
    PublishCase,
    RecordCoverage,
    SendBulletin,
    UseBulletin,
)
from services.reports.model.coverage import Coverage
from services.reports.model.model_case import ModelCase
from services.reports.model.scores import ScoreTable
from shared.contracts.base import Event
from tests.unit.builders import NOW

WRITER, CHECKER = "wang-1", "li-2"
PHOTOGRAPH = "fil_photo11111"


def recorded(**facts: Any) -> tuple[Coverage, Event]:
    """A newspaper has reported."""
    body = {
        "site": "XP11",
        "medium": "newspaper",
        "level": "city",
        "outlet": "连云港日报",
        "title": "家门口的理发摊",
        "published_on": "2026-10-08",
    }
    coverage, [event] = Coverage.record(
        "cov_one111", RecordCoverage.model_validate(body | facts), NOW
    )
    return coverage, event


def case(status: str = "draft", **facts: Any) -> ModelCase:
    """A model case that has come so far."""
    body = {"site": "XP11", "kind": "family", "title": "好家风", "text": "一家三代志愿者"}
    made, _ = ModelCase.draft("mca_one111", DraftCase.model_validate(body | facts), WRITER)
    if status in ("checked", "published"):
        made.check(CHECKER)
    if status == "published":
        made.publish(PublishCase(), NOW)
    return made


def bulletin(status: str = "draft", **facts: Any) -> Bulletin:
    """A bulletin that has come so far; where it is used, by the district, for two points."""
    body = {"site": "XP11", "title": "重阳敬老", "text": "站北社区为老人理发"}
    made, _ = Bulletin.draft("bul_one111", DraftBulletin.model_validate(body | facts), WRITER)
    if status in ("checked", "sent", "used"):
        made.check(CHECKER)
    if status in ("sent", "used"):
        made.send(SendBulletin.model_validate({"level": "district"}), NOW)
    if status == "used":
        use(made, "use_one111", "district")
    return made


def use(made: Bulletin, id: str, level: str, **facts: Any) -> list[Event]:
    """What it tells."""
    table = facts.pop("table", ScoreTable())
    body = {"level": level, "outlet": "宣传部", "used_on": "2026-10-09"} | facts
    return list(made.use(id, UseBulletin.model_validate(body), table, NOW))
