"""What rosters are kept in: shifts, their templates and plans, the rules, and who missed what."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.volunteers.model.calendar_feed import CalendarFeed
from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.occasion import Occasion
from services.volunteers.model.plan import Plan, Template
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift import Shift
from services.volunteers.model.swap import Swap
from shared.errors import NotFound, invalid
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Loaded
from shared.storage.ids import derived_id
from shared.storage.mongo import Document, Index

RULES = "rules_roster"
RULES_SECONDS = 1.0  # how long another process's change of the rules may go unseen
MOST_SHIFTS = 500  # of one answer that is no page

INDEXES = [
    Index("shifts", [("state.site", 1), ("state.starts_at", 1)]),
    Index("shifts", [("state.volunteers", 1), ("state.starts_at", 1)]),
    Index("shifts", [("state.activity", 1)], where={"state.activity": {"$type": "string"}}),
    Index("shifts", [("state.order", 1)], where={"state.order": {"$type": "string"}}),
    Index("shifts", [("state.team", 1), ("state.starts_at", 1)]),
    Index("shifts", [("state.plan", 1), ("made", 1), ("_id", 1)]),
    Index("shifts", [("made", 1), ("_id", 1)]),
    Index("shift_templates", [("made", 1), ("_id", 1)]),
    Index("plans", [("made", 1), ("_id", 1)]),
    Index("calendar_feeds", [("state.owner", 1), ("made", 1), ("_id", 1)]),
]


class Rosters:
    """The part of the store that is about shifts."""

    def __init__(self, kit: Kit) -> None:
        self.shifts = Aggregates(kit.database, "shifts", Shift, kit.clock)
        self.templates = Aggregates(kit.database, "shift_templates", Template, kit.clock)
        self.plans = Aggregates(kit.database, "plans", Plan, kit.clock)
        self.occasions = Aggregates(kit.database, "occasions", Occasion, kit.clock)
        self.no_shows = Aggregates(kit.database, "no_shows", NoShows, kit.clock)
        self.swaps = Aggregates(kit.database, "swaps", Swap, kit.clock)
        self.feeds = Aggregates(kit.database, "calendar_feeds", CalendarFeed, kit.clock)
        self.roster_rules = Aggregates(kit.database, "roster_rules", RosterRules, kit.clock)
        self._clock = kit.clock
        self._rules: tuple[float, RosterRules] = (0.0, RosterRules())  # until when, what

    def aggregates(self) -> list[Aggregates[Any]]:
        """All of them, for the service's relay."""
        return [
            self.shifts,
            self.templates,
            self.plans,
            self.occasions,
            self.no_shows,
            self.roster_rules,
            self.swaps,
            self.feeds,
        ]

    def rules(self) -> RosterRules:
        """What holds now."""
        until, rules = self._rules
        if until < time.monotonic():
            rules = self.load_rules().state
            self._rules = (time.monotonic() + RULES_SECONDS, rules)
        return rules

    def load_rules(self) -> Loaded[RosterRules]:
        """As set; version 0 where nobody has set any."""
        try:
            return self.roster_rules.load(RULES)
        except NotFound:
            return Loaded(RULES, 0, self._clock.now(), RosterRules(), [])

    def barred(self, volunteer: str) -> bool:
        """Whether the volunteer has missed too often to sign up now."""
        try:
            found = self.no_shows.load(self.no_shows_id(volunteer))
        except NotFound:
            return False
        return found.state.is_barred(self._clock.now())

    def between(
        self, criteria: Document, from_at: datetime, until_at: datetime, limit: int = MOST_SHIFTS
    ) -> list[Loaded[Shift]]:
        """Shifts that touch the time, by their beginning."""
        criteria = criteria | {"starts_at": {"$lt": until_at}, "ends_at": {"$gt": from_at}}
        return list(self.shifts.find(criteria, limit=limit, by="starts_at"))

    def of_activity(self, activity: str) -> Sequence[Loaded[Shift]]:
        """Those planned for it."""
        return list(self.shifts.find({"activity": activity, "status": "planned"}, limit=10_000))

    def of_order(self, order: str) -> Sequence[Loaded[Shift]]:
        """Those planned for it."""
        return list(self.shifts.find({"order": order, "status": "planned"}, limit=10_000))

    def occasion(self, id: str) -> Occasion | None:
        """None for an order that is not cancelled: orders are too many to keep."""
        try:
            return self.occasions.load(id).state
        except NotFound:
            return None

    def require_occasion(
        self, order: str | None, activity: str | None, session: str | None
    ) -> datetime | None:
        """When what a shift is for begins; raises Unprocessable where it is cancelled or not
        known."""
        occasion = self.occasion(activity or order or "")
        if occasion:
            occasion.require_standing(session)
            return occasion.begins(session)
        if activity:
            raise invalid(
                "activity",
                f"there is no activity {activity}; GET /v1/activities of the events service"
                " lists them",
                f"没有活动 {activity};可查询 events 服务的 GET /v1/activities",
            )
        return None

    @staticmethod
    def shift_id(plan: str, number: int) -> str:
        """Of the shift that is the `number`th of a plan."""
        return derived_id("shf", plan, str(number))

    @staticmethod
    def post_shift_id(activity: str, session: str, post: str, revision: int) -> str:
        """Of the shift that an activity wants for a post since a revision of its facts."""
        return derived_id("shf", activity, session, post, str(revision))

    @staticmethod
    def feed_id(secret: str) -> str:
        """The hash of a feed's secret: all that is kept of it."""
        return derived_id("feed", secret)

    @staticmethod
    def no_shows_id(volunteer: str) -> str:
        return derived_id("nos", volunteer)

    @staticmethod
    def anew(sign_up: str, starts_at: datetime, ends_at: datetime) -> str:
        """Of the sign-up that reserves anew what another time of its shift has released."""
        return derived_id("sup", sign_up, starts_at.isoformat(), ends_at.isoformat())
