"""What can be asked of an activity's file (活动档案)."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.events.model.commands.registration import FileId
from shared.contracts.base import Command, Line, Note


class PaperKind(StrEnum):
    """What belongs into the file of an activity."""

    PLAN = "plan"  # 方案
    NOTICE = "notice"  # 通知
    SIGN_IN = "sign-in"  # 签到表
    PHOTOGRAPH = "photograph"  # 照片
    SUMMARY = "summary"  # 总结
    MINUTES = "minutes"  # 纪要
    OTHER = "other"


class AddPaper(Command):
    """A paper or photograph. Of a photograph, that who can be recognised has consented."""

    kind: PaperKind
    file: FileId
    title: Line | None = None
    consent: bool = False


class RemovePaper(Command):
    """It does not belong there, or consent was taken back."""

    reason: Line


class WriteSummary(Command):
    """总结 in words; the numbers are counted."""

    text: Note


class Fund(BaseModel):
    """Money from one source, in fen (1/100 yuan)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    planned: Annotated[int, Field(ge=0, le=10**11)]
    spent: Annotated[int, Field(ge=0, le=10**11)] = 0


class RecordFunds(Command):
    """All funds and costs of the activity, as they are now."""

    funds: Annotated[list[Fund], Field(max_length=30)]
