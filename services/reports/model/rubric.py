"""A rubric (考核细则) in its editions: a draft is written and checked, then adopted; an adopted
edition stays as it is for ever, and the next one supersedes it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.reports.model.commands.rubric import RubricContent
from services.reports.model.rubric_check import problems
from shared.contracts.base import Event
from shared.contracts.reports import RubricAdopted
from shared.errors import Conflict, NotFound, Text, Unprocessable

MOST_EDITIONS = 40
"""Of one rubric: its document holds them all."""


class RubricStatus(StrEnum):
    DRAFT = "draft"  # no edition yet
    IN_FORCE = "in-force"


@dataclass(frozen=True)
class Edition:
    """What was adopted at one time."""

    number: int  # from 1
    content: RubricContent
    checksum: str  # SHA-256 of the content's JSON, keys sorted
    adopted_at: datetime


@dataclass
class Rubric:
    """One rubric, from its first draft on."""

    id: str
    draft: RubricContent | None
    editions: list[Edition] = field(default_factory=list)  # oldest first
    status: RubricStatus = RubricStatus.DRAFT

    @classmethod
    def write(cls, id: str, content: RubricContent) -> tuple["Rubric", list[Event]]:
        """The first draft. It need not be right yet."""
        return cls(id, RubricContent(**dict(content))), []

    def rewrite(self, content: RubricContent) -> Sequence[Event]:
        """Another draft in the place of the one there is; editions stay as they are."""
        self.draft = RubricContent(**dict(content))
        return []

    def adopt(self, now: datetime) -> Sequence[Event]:
        """The draft is the next edition. Raises Unprocessable with all that is wrong with it."""
        if self.draft is None:
            raise self._refused("There is no draft: write one first.", "没有草案,请先起草。")
        if found := problems(self.draft):
            raise Unprocessable(
                Text(
                    f"The draft has {len(found)} problems; each is listed with its line.",
                    f"草案有 {len(found)} 处问题,已逐条列出。",
                ),
                *found,
            )
        digest = checksum(self.draft)
        if self.editions and self.editions[-1].checksum == digest:
            raise self._refused(
                "The draft is the same as the edition in force.", "草案与现行版本相同。"
            )
        if len(self.editions) >= MOST_EDITIONS:
            raise self._refused(
                f"A rubric has at most {MOST_EDITIONS} editions; make a new one.",
                f"一份细则最多 {MOST_EDITIONS} 个版本,请另立新细则。",
            )
        edition = Edition(len(self.editions) + 1, self.draft, digest, now)
        self.editions.append(edition)
        self.draft, self.status = None, RubricStatus.IN_FORCE
        return [
            RubricAdopted(
                rubric=self.id,
                edition=edition.number,
                grain=edition.content.grain,
                lines=len(edition.content.lines),
                checksum=digest,
                supersedes=edition.number - 1 or None,
            )
        ]

    def edition(self, number: int | None = None) -> Edition:
        """One edition; without a number the one in force. Raises NotFound."""
        wanted = len(self.editions) if number is None else number
        if not 1 <= wanted <= len(self.editions):
            raise NotFound(
                Text(
                    f"It has {len(self.editions)} adopted editions.",
                    f"该细则已通过的版本数为 {len(self.editions)}。",
                )
            )
        return self.editions[wanted - 1]

    def _refused(self, en: str, zh: str) -> Conflict:
        allowed = ["rewrite", "adopt"] if self.draft else ["rewrite"]
        return Conflict(Text(en, zh), extra={"state": self.status, "allowed": allowed})


def checksum(content: RubricContent) -> str:
    """Depends on what the rubric says alone."""
    text = json.dumps(content.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
