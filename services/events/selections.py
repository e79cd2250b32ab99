"""What the selections (选) of this service keep: campaigns and all that belongs to them."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from services.events import ballot_box
from services.events.ballot_box import BallotBoxes
from services.events.model import counting, voting
from services.events.model.ballots import BallotPart, RollPart, Turnout, in_parts
from services.events.model.campaign import OVER, Campaign, CampaignStatus
from services.events.model.commands.campaign import CastVote, GivePoints, Voters
from services.events.model.counting import Marks
from services.events.model.honour import Honour, HonourStatus
from services.events.model.nomination import Nomination, NominationStatus, World
from services.events.model.objection import Objection, ObjectionStatus
from services.events.model.rounds import Counted, Round
from shared.clock import date_of
from shared.contracts.events import BallotSheet, Category
from shared.errors import NotFound, invalid
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Loaded, Origin, Receipt
from shared.storage.ids import derived_id
from shared.storage.mongo import Index
from shared.storage.vault import Reading

T = TypeVar("T")

KNOWN_SECONDS = 0.5  # how long a process takes a campaign to be as it was read
TURNOUT_SECONDS = 0.25  # how long a number of ballots is shown; a second is promised
MOST = 10_000  # nominations or objections of one campaign

INDEXES = [
    Index("campaigns", [("made", 1), ("_id", 1)]),
    Index("campaigns", [("state.status", 1), ("made", 1), ("_id", 1)]),
    Index("nominations", [("made", 1), ("_id", 1)]),
    Index("nominations", [("state.campaign", 1), ("made", 1), ("_id", 1)]),
    Index("nominations", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("objections", [("made", 1), ("_id", 1)]),
    Index("objections", [("state.campaign", 1), ("made", 1), ("_id", 1)]),
    Index("honours", [("made", 1), ("_id", 1)]),
    Index("honours", [("state.holder", 1), ("made", 1), ("_id", 1)]),
    Index("honours", [("state.category", 1), ("made", 1), ("_id", 1)]),
    Index("rolls", [("state.campaign", 1), ("state.voters", 1)]),
    Index("ballots", [("state.campaign", 1), ("made", 1), ("_id", 1)]),
    *ballot_box.INDEXES,
]


class Selections:
    """Aggregates, boxes, and what is asked across them."""

    def __init__(self, kit: Kit) -> None:
        database, clock = kit.database, kit.clock
        self.campaigns = Aggregates(database, "campaigns", Campaign, clock)
        self.nominations = Aggregates(database, "nominations", Nomination, clock)
        self.objections = Aggregates(database, "objections", Objection, clock)
        self.honours = Aggregates(database, "honours", Honour, clock)
        self.rolls = Aggregates(database, "rolls", RollPart, clock)
        self.ballots = Aggregates(database, "ballots", BallotPart, clock)
        self.turnouts = Aggregates(database, "turnouts", Turnout, clock)
        self.boxes = BallotBoxes(
            database,
            kit.settings.service_key,
            lambda text: kit.vault.seal(text),
            lambda box, sealed: kit.vault.open(sealed, _count_of(box)),
        )
        self._clock = clock
        self._known: dict[str, tuple[float, Campaign]] = {}
        self._turnouts: dict[str, tuple[float, dict[str, int] | None]] = {}
        self._lock = threading.Lock()
        self.told: dict[str, int] = {}  # box: turnout told last, by this process

    @property
    def aggregates(self) -> list[Aggregates[Any]]:
        return [
            *(self.campaigns, self.nominations, self.objections, self.honours),
            *(self.rolls, self.ballots, self.turnouts),
        ]

    # ---- voting ----

    def vote(self, id: str, command: CastVote, key: str) -> Receipt:
        """投票: one voice, whatever the number of requests, devices and processes.

        Neither what is answered nor what is kept in clear depends on the choice: the answer's time
        is that of the round's opening, and the request's fingerprint is not kept.
        """
        now = self._clock.now()
        campaign = self._open_campaign(id, now)
        marks = voting.public_marks(campaign, command, now)
        if campaign.rules.voters is Voters.ROLL:
            self._require_on_roll(id, command.voter)
        return self._cast(campaign, command.voter, command.site, key, marks, now)

    def give_points(self, id: str, command: GivePoints, key: str) -> Receipt:
        """评审: sealed like a vote until the round closes."""
        now = self._clock.now()
        campaign = self._open_campaign(id, now)
        marks = voting.jury_marks(campaign, command, now)
        return self._cast(campaign, command.juror, campaign.site, key, marks, now)

    def turnout(self, campaign: Campaign) -> tuple[int, dict[str, int]]:
        """Index of the round that is open, or was last; its ballots by site, a moment ago."""
        index = campaign.current
        waiting = campaign.status is CampaignStatus.ANNOUNCED
        if waiting and index:
            index -= 1
        box = campaign.box_id(index)
        return index, self._fresh(box) or self._counted(box)

    def _fresh(self, box: str) -> dict[str, int] | None:
        """What was counted a moment ago, if it was."""
        until, found = self._turnouts.get(box, (0.0, None))
        return found if until > time.monotonic() else None

    def _counted(self, box: str) -> dict[str, int]:
        """By the first who asks; the others wait for it. Its age begins before it is counted."""
        with self._lock:
            found = self._fresh(box)
            if found is None:
                until = time.monotonic() + TURNOUT_SECONDS
                found = self.boxes.turnout(box)
                self._turnouts = _recent(self._turnouts) | {box: (until, found)}
            return found

    def _cast(
        self, campaign: Campaign, voter: str, site: str, key: str, marks: Marks, now: datetime
    ) -> Receipt:
        each, box = campaign.rounds[campaign.current], campaign.box_id(campaign.current)
        slots = voting.slots(each, date_of(now).isoformat())
        voice = self.boxes.cast(box, voter, slots, site, key, marks)
        return Receipt(id=voice, version=1, status="voted", at=each.opens_at)

    def _open_campaign(self, id: str, now: datetime) -> Campaign:
        """As it was half a second ago, so that a vote need not read it; what is not open then is
        looked at again."""
        until, campaign = self._known.get(id, (0.0, None))
        if campaign and until > time.monotonic() and voting.takes_ballots(campaign, now):
            return campaign
        campaign = self.campaigns.load(id).state
        self._known = _recent(self._known)
        self._known[id] = (time.monotonic() + KNOWN_SECONDS, campaign)
        return campaign

    def _require_on_roll(self, id: str, voter: str) -> None:
        query = {"campaign": id, "voters": voter.casefold()}
        if self.rolls.newest(query) is None:
            raise invalid("voter", "is not on the electoral roll", "不在选民名单中")

    # ---- counting ----

    def count(self, loaded: Loaded[Campaign], origin: Origin) -> None:
        """计票 of the round that has closed. Each step may be done twice, by any process."""
        campaign, index = loaded.state, loaded.state.current
        each, box = campaign.rounds[index], campaign.box_id(index)
        self.boxes.close(box)
        result = Counted(voices=self.boxes.voices(box), spoiled=0, sheets=(), parts=0)
        if result.voices >= each.rules.least_voices:
            result = self._open_box(campaign, index, each, origin)
        self.campaigns.change(loaded.id, origin, lambda it, now: it.counted(result, now))

    def _open_box(self, campaign: Campaign, index: int, each: Round, origin: Origin) -> Counted:
        box, candidates = campaign.box_id(index), len(each.candidates)
        contents = self.boxes.open_envelopes(
            box, lambda marks: counting.valid(each.rules, candidates, marks)
        )
        sheets = counting.ballot_list(contents.ballots)
        parts = in_parts(sheets)
        if contents.voices - contents.spoiled >= each.rules.least_voices:
            for part in range(1, len(parts) + 1):
                self._publish(campaign, index, part, parts, origin)
        return Counted(
            voices=contents.voices, spoiled=contents.spoiled, sheets=sheets, parts=len(parts)
        )

    def _publish(
        self,
        campaign: Campaign,
        index: int,
        part: int,
        parts: list[list[BallotSheet]],
        origin: Origin,
    ) -> None:
        each = campaign.rounds[index]
        self.ballots.make(
            derived_id("bal", campaign.box_id(index), str(part)),
            origin,
            lambda now: BallotPart.publish(
                campaign.id, index + 1, each.rules.kind, each.candidates, part, parts
            ),
        )

    def burn_boxes(self) -> None:
        """Of rounds that are counted, void, or called off."""
        for box in self.boxes.unburnt():
            id, _, number = box.rpartition("-")
            campaign = self.campaigns.load(id).state
            done = campaign.rounds[int(number) - 1].voices is not None
            if done or campaign.status in OVER:
                self.boxes.burn(box)

    def ballot_list(self, campaign: str, round: int) -> list[BallotSheet]:
        """The published list of a round, from 1."""
        found = self.ballots.find({"campaign": campaign, "round": round}, limit=MOST)
        parts = sorted((each.state for each in found), key=lambda each: each.part)
        return [sheet for part in parts for sheet in part.sheets]

    # ---- nominations ----

    def world(self, command_site: str, campaign: Campaign, nominee: str) -> World:
        """What a nomination is checked against."""
        of_site = self._nominations(campaign.id, site=command_site)
        live = [n for n in of_site if n.status not in (_S.REFUSED, _S.WITHDRAWN)]
        return World(of_site=len(live), honoured_in=self._honoured_in(campaign.category, nominee))

    def accepted(self, campaign: str) -> dict[str, str]:
        """Accepted nominations: id and community."""
        return {n.id: n.site for n in self._nominations(campaign, status=_S.ACCEPTED)}

    def objections_of(self, campaign: str) -> tuple[int, list[str]]:
        """How many are open; the nominees of those that are upheld."""
        found = [o.state for o in self.objections.find({"campaign": campaign}, limit=MOST)]
        upheld = [o.nominee for o in found if o.status is ObjectionStatus.UPHELD]
        return sum(o.status is ObjectionStatus.OPEN for o in found), upheld

    def campaign(self, id: str) -> Campaign:
        """For a command that names it. Raises Unprocessable."""
        try:
            return self.campaigns.load(id).state
        except NotFound:
            raise invalid(
                "campaign",
                f"there is no campaign {id}; GET /v1/campaigns lists them",
                f"没有推选 {id};可查询 GET /v1/campaigns",
            ) from None

    def _nominations(self, campaign: str, **facts: str) -> Iterator[Nomination]:
        query = {"campaign": campaign, **facts}
        return (each.state for each in self.nominations.find(query, limit=MOST))

    def _honoured_in(self, category: Category, nominee: str) -> int | None:
        query = {"holder": nominee.casefold(), "category": category, "status": HonourStatus.AWARDED}
        years = [each.state.year for each in self.honours.find(query)]
        return max(years, default=None)


_S = NominationStatus


def nomination_id(campaign: str, nominee: str) -> str:
    """Nobody is nominated twice for one campaign."""
    return derived_id("nmn", campaign, nominee.casefold())


def honour_id(campaign: str, nominee: str) -> str:
    """Nobody is honoured twice by one campaign."""
    return derived_id("hon", campaign, nominee)


def _recent(known: dict[str, tuple[float, T]]) -> dict[str, tuple[float, T]]:
    """Without what has grown old."""
    return {key: each for key, each in known.items() if each[0] > time.monotonic()}


def _count_of(box: str) -> Reading:
    """The entry of the audit that says that a box was opened."""
    return Reading(
        client="events.clocks",
        person="",
        operation="campaigns.count",
        subject=box,
        fields=("private",),
        purpose="count",
    )
