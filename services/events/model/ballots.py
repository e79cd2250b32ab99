"""What stays of a round's ballots: the published list. And what is known of them before: a number.

The electoral roll is kept in parts, and is nobody's to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.events.model.campaign import Campaign
from services.events.model.commands.campaign import EnterVoters
from shared.contracts.base import Event
from shared.contracts.events import BallotSheet, BallotsPublished, RoundKind, TurnoutCounted

SHEETS_A_PART = 500


@dataclass
class BallotPart:
    """A part of the ballot list of a round."""

    campaign: str
    round: int  # from 1
    part: int  # from 1
    candidates: list[str]
    sheets: list[BallotSheet]
    status: str = "published"

    @classmethod
    def publish(
        cls,
        campaign: str,
        round: int,
        kind: RoundKind,
        candidates: list[str],
        part: int,
        parts: Sequence[list[BallotSheet]],
    ) -> tuple["BallotPart", list[Event]]:
        """Told after the close; `part` counts from 1."""
        sheets = parts[part - 1]
        told = BallotsPublished(
            campaign=campaign,
            round=round,
            kind=kind,
            part=part,
            parts=len(parts),
            candidates=candidates,
            sheets=sheets,
        )
        return cls(campaign, round, part, candidates, sheets), [told]


def in_parts(sheets: Sequence[BallotSheet]) -> list[list[BallotSheet]]:
    """At least one part, so that an empty list is told too."""
    starts = range(0, max(1, len(sheets)), SHEETS_A_PART)
    return [list(sheets[start : start + SHEETS_A_PART]) for start in starts]


@dataclass
class Turnout:
    """One number that was told while a round was open."""

    campaign: str
    round: int
    voices: int
    status: str = "counted"

    @classmethod
    def tell(
        cls, campaign: str, round: int, by_site: dict[str, int]
    ) -> tuple["Turnout", list[Event]]:
        voices = sum(by_site.values())
        told = TurnoutCounted(campaign=campaign, round=round, voices=voices, by_site=by_site)
        return cls(campaign, round, voices), [told]


@dataclass
class RollPart:
    """Voters of a campaign, by derived number in lower case."""

    campaign: str
    voters: list[str]
    status: str = "entered"

    @classmethod
    def enter(cls, campaign: Campaign, command: EnterVoters) -> tuple["RollPart", list[Event]]:
        """Until the first round opens."""
        campaign.require("enter-voters")
        return cls(campaign.id, sorted({each.casefold() for each in command.voters})), []
