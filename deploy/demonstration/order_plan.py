"""What becomes of each order of the month, decided before it is played: pure, from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from random import Random

from deploy.demonstration.month import Month
from deploy.demonstration.people import Duty, Hand, Roster, Volunteer, residents
from deploy.demonstration.reference import MenuItem, Reference


class Fate(Enum):
    """What happens to an order."""

    SERVED = "served"
    UNRATED = "unrated"  # nobody rates it: after seven days the clock does
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # cancelled before anybody accepted
    CALLED_OFF = "called-off"  # cancelled when somebody had
    UNCLAIMED = "unclaimed"  # nobody wants to serve it: overdue, then cancelled
    VETTED_LATE = "vetted-late"
    ACCEPTED_LATE = "accepted-late"
    COMPLETED_LATE = "completed-late"
    OVERLAP = "overlap"  # somebody accepts who has promised that time already
    STRANGER = "stranger"  # somebody accepts for a team they are not a member of
    UNVERIFIED = "unverified"  # somebody accepts who is not verified by name
    SUSPENDED = "suspended"  # somebody accepts who is suspended
    GIVEN_BACK = "given-back"  # accepted, given back, accepted by another
    DECLINED = "declined"  # of those asked, one says no
    ABSENT = "absent"  # of several hands, one does not come
    BAD_RATING = "bad-rating"  # served again, by others


ORDERS: dict[Fate, int] = {
    Fate.SERVED: 122,
    Fate.UNRATED: 44,
    Fate.REJECTED: 10,
    Fate.WITHDRAWN: 8,
    Fate.CALLED_OFF: 8,
    Fate.UNCLAIMED: 3,
    Fate.VETTED_LATE: 5,
    Fate.ACCEPTED_LATE: 4,
    Fate.COMPLETED_LATE: 4,
    Fate.OVERLAP: 8,
    Fate.STRANGER: 6,
    Fate.UNVERIFIED: 4,
    Fate.SUSPENDED: 2,
    Fate.GIVEN_BACK: 8,
    Fate.DECLINED: 6,
    Fate.ABSENT: 4,
    Fate.BAD_RATING: 5,
}
"""How many of a month's orders have each fate: the proportions of a street that does well."""

SUSPENDED_FROM, SUSPENDED_TO = 12, 16
"""Days of the month on which one volunteer may not serve."""

_LATE = {Fate.VETTED_LATE: 5, Fate.ACCEPTED_LATE: 7, Fate.UNCLAIMED: 5}
"""Days from placing to serving, where a stage before takes longer than it may."""
_NEEDED_AFTER = {Fate.BAD_RATING: 6, Fate.COMPLETED_LATE: 4, Fate.UNCLAIMED: 1}
"""Days of the month needed after serving."""
_FIRST_OVERLAP = 8
"""Day of the month from which on volunteers have promises enough to be asked twice."""
_CHANNELS = ("telephone", "visit", "counter")
_SLOTS = ((9, 0), (14, 30))
VETTING, FORENOON, NOON, AFTERNOON = (8, 40), (10, 50), (12, 30), (17, 20)
EVENING, NIGHT = (19, 40), (20, 50)
"""When people sit down to it, hour and minute: what many do at one moment is played at once."""
_WEIGHTS = {  # what is asked for most; anything else counts 2
    "haircut": 7,
    "company": 6,
    "repair": 5,
    "health-check": 4,
    "policy-visit": 4,
    "legal-advice": 3,
    "waste-sorting": 3,
    "performance": 1,
    "party-lesson": 3,
}


@dataclass(frozen=True, kw_only=True)
class Serving:
    """One time that an order is served."""

    hands: tuple[Hand, ...]
    asked_by_name: bool  # 派单; else 抢单
    accepted_at: datetime
    checked_in_at: datetime
    checked_out_at: datetime
    completed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderPlan:
    """One order from placing to its end. Moments are of Asia/Shanghai."""

    key: str
    fate: Fate
    site: str
    item: MenuItem
    resident: str
    on_behalf: str | None  # channel of 代点单
    by_department: bool  # a department that offers the item vets and dispatches it
    hands: int
    placed_at: datetime
    vetted_at: datetime
    starts_at: datetime
    serving: Serving
    refused: Hand | None = None  # accepts first, and may not
    replacement: Hand | None = None  # for the first hand, which gives it back
    declining: Hand | None = None  # is asked too, and says no
    ended_at: datetime | None = None  # cancelled or rejected
    rated_at: datetime | None = None
    stars: int = 5
    rated_on_behalf: bool = False
    again: Serving | None = None  # after a bad rating
    rated_again_at: datetime | None = None


def plan_orders(month: Month, reference: Reference, roster: Roster) -> list[OrderPlan]:
    """All orders of the month; the roster then holds what the volunteers do."""
    rng = Random(f"shijian orders {month.name}")
    fates = [fate for fate, count in ORDERS.items() for _ in range(count)]
    rng.shuffle(fates)
    planner = _Planner(month, reference, roster, rng)
    drafts = [planner.draft(f"order-{number:03d}", fate) for number, fate in enumerate(fates, 1)]
    # In the order of acceptance: who is booked already, is booked for those who come later.
    drafts.sort(key=lambda draft: (draft.accepted_at, draft.key))
    return [planner.finish(draft) for draft in drafts]


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """When an order is placed, vetted, accepted and to be served; not yet by whom."""

    key: str
    fate: Fate
    site: str
    item: MenuItem
    placed: int  # day of the month
    vetted_at: datetime
    accepted_at: datetime
    day: int  # it is served on
    slot: tuple[int, int]  # hour and minute


class _Planner:
    def __init__(self, month: Month, reference: Reference, roster: Roster, rng: Random) -> None:
        self._month = month
        self._reference = reference
        self._roster = roster
        self._rng = rng

    # ---- when ----

    def draft(self, key: str, fate: Fate) -> _Draft:
        rng, month = self._rng, self._month
        gap = _LATE.get(fate) or rng.randint(2, 6)
        first = _FIRST_OVERLAP if fate is Fate.OVERLAP else 1
        last = month.days - gap - _NEEDED_AFTER.get(fate, 1)
        placed = self._workday(rng.randint(first, last))
        placed = SUSPENDED_FROM if fate is Fate.SUSPENDED else placed
        vetted_on = placed + (2 if fate is Fate.VETTED_LATE else 1)
        wait = 4 if fate is Fate.ACCEPTED_LATE else rng.randint(0, min(1, gap - 2))
        accepted_at = month.at(vetted_on + wait, *rng.choice((FORENOON, AFTERNOON)))
        site, item = self._site(), self._item(fate)
        return _Draft(
            key=key,
            fate=fate,
            site=site,
            item=item,
            placed=placed,
            vetted_at=month.at(vetted_on, *VETTING),
            accepted_at=accepted_at,
            day=placed + gap,
            slot=rng.choice(_SLOTS),
        )

    def _workday(self, day: int) -> int:
        """Fewer orders come on Saturdays and Sundays."""
        weekday = self._month.at(day, 12).weekday()
        return day - (weekday - 4) if weekday > 4 and day > 2 and self._rng.random() < 0.5 else day

    def _hour_of_placing(self, fate: Fate) -> tuple[int, int]:
        """What is vetted late has a whole day in which it is seen to be overdue."""
        hour = self._rng.choice((FORENOON, NOON, AFTERNOON))
        return FORENOON if fate is Fate.VETTED_LATE else hour

    def _site(self) -> str:
        """Stations mostly; demonstration stations more than others."""
        weights = [
            2 if site["level"] == "institute" else 9 if site["demonstration"] else 5
            for site in self._reference.sites
        ]
        return self._rng.choices(self._reference.codes, weights)[0]

    def _item(self, fate: Fate) -> MenuItem:
        menu = self._reference.menu
        if fate is Fate.ABSENT:
            menu = [item for item in menu if item.hands > 1]
        return self._rng.choices(menu, [_WEIGHTS.get(item.code, 2) for item in menu])[0]

    # ---- by whom ----

    def finish(self, draft: _Draft) -> OrderPlan:
        rng, month = self._rng, self._month
        overlapped = self._overlapped(draft) if draft.fate is Fate.OVERLAP else None
        if overlapped:  # the order is for the very time that somebody has promised
            local = overlapped.starts_at
            draft = replace(draft, day=local.day, slot=(local.hour, local.minute))
        starts_at = month.at(draft.day, *draft.slot)
        on_behalf = rng.choices((None, *_CHANNELS), (12, 4, 3, 1))[0]
        by_department = bool(draft.item.departments) and rng.random() < 0.4
        serving = self._serve(draft, starts_at, draft.accepted_at, draft.item.hands)
        plan = OrderPlan(
            key=draft.key,
            fate=draft.fate,
            site=draft.site,
            item=draft.item,
            resident=rng.choice(residents(draft.site)),
            on_behalf=on_behalf,
            by_department=by_department,
            hands=draft.item.hands,
            placed_at=month.at(draft.placed, *self._hour_of_placing(draft.fate)),
            vetted_at=draft.vetted_at,
            starts_at=starts_at,
            serving=serving,
        )
        plan = self._with_people(plan, overlapped)
        return self._with_end(plan, draft.day)

    def _serve(
        self,
        draft: _Draft,
        starts_at: datetime,
        accepted_at: datetime,
        count: int,
        apart_from: Sequence[Hand] = (),
    ) -> Serving:
        rng = self._rng
        ends_at = starts_at + timedelta(minutes=draft.item.minutes)
        hands = self._free(draft, starts_at, count, apart_from)
        never = draft.fate in (Fate.REJECTED, Fate.WITHDRAWN, Fate.UNCLAIMED)
        stays = draft.fate not in (Fate.CALLED_OFF, Fate.GIVEN_BACK)
        for hand in () if never else hands:
            self._roster.book(
                Duty(
                    hand=hand,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    accepted_at=accepted_at,
                    stays=stays,
                )
            )
        late = 2 if draft.fate is Fate.COMPLETED_LATE else 0
        return Serving(
            hands=tuple(hands),
            asked_by_name=draft.fate is Fate.DECLINED or rng.random() < 0.6,
            accepted_at=accepted_at,
            checked_in_at=coming_at(starts_at),
            # Half a minute later, so that a slow step does not cost a minute of service.
            checked_out_at=ends_at + timedelta(minutes=_late(ends_at), seconds=30),
            completed_at=at_hour(starts_at + timedelta(days=late), NIGHT),
        )

    def _free(
        self, draft: _Draft, starts_at: datetime, count: int, apart_from: Sequence[Hand] = ()
    ) -> list[Hand]:
        ends_at = starts_at + timedelta(minutes=draft.item.minutes)
        team = self._reference.team_of(draft.site)
        return self._roster.free_hands(self._rng, team, starts_at, ends_at, count, apart_from)

    def _overlapped(self, draft: _Draft) -> Duty:
        """What somebody has accepted before, for a day after this order is accepted."""
        return self._rng.choice(
            [
                duty
                for duty in self._roster.duties()
                if duty.stays
                and duty.accepted_at < draft.accepted_at - timedelta(hours=1)
                and duty.starts_at > draft.accepted_at + timedelta(hours=12)
                and Month.of(duty.starts_at) == self._month
            ]
        )

    def _with_people(self, plan: OrderPlan, overlapped: Duty | None) -> OrderPlan:
        """Who else has a part in it."""
        serving = plan.serving
        if plan.fate is Fate.GIVEN_BACK or plan.fate is Fate.DECLINED:
            ends_at = plan.starts_at + timedelta(minutes=plan.item.minutes)
            team = self._reference.team_of(plan.site)
            other = self._roster.free_hands(
                self._rng, team, plan.starts_at, ends_at, 1, serving.hands
            )[0]
            if plan.fate is Fate.DECLINED:
                return replace(plan, declining=other)
            self._roster.book(
                Duty(
                    hand=other,
                    starts_at=plan.starts_at,
                    ends_at=ends_at,
                    accepted_at=serving.accepted_at,
                    stays=True,
                )
            )
            return replace(plan, replacement=other)
        return replace(plan, refused=self._refused(plan, overlapped))

    def _refused(self, plan: OrderPlan, overlapped: Duty | None) -> Hand | None:
        if overlapped:
            return overlapped.hand
        if plan.fate in (Fate.UNVERIFIED, Fate.SUSPENDED):
            who = self._roster.who_may_not(suspended=plan.fate is Fate.SUSPENDED)
            return _own_hand(self._rng.choice(who))
        if plan.fate is Fate.STRANGER:
            someone = plan.serving.hands[0].volunteer  # who then does, for their own team
            others = [t.code for t in self._reference.teams if t.code not in someone.teams]
            return Hand(someone, self._rng.choice(others))
        return None

    # ---- to what end ----

    def _with_end(self, plan: OrderPlan, day: int) -> OrderPlan:
        month, rng, fate = self._month, self._rng, plan.fate
        if fate is Fate.REJECTED:
            return replace(plan, ended_at=plan.vetted_at)
        if fate is Fate.WITHDRAWN:
            return replace(plan, ended_at=at_hour(plan.vetted_at, NOON))
        if fate is Fate.CALLED_OFF:
            return replace(plan, ended_at=month.at(day - 1, *EVENING))
        if fate is Fate.UNCLAIMED:
            return replace(plan, ended_at=month.at(day, *VETTING))
        if fate is Fate.UNRATED:
            return plan
        if fate is Fate.BAD_RATING:
            return self._served_again(plan, day)
        done = 3 if fate is Fate.COMPLETED_LATE else 1
        return replace(
            plan,
            rated_at=month.at(day + done + rng.randint(0, 3), *rng.choice((NOON, EVENING))),
            stars=rng.choices((3, 4, 5), (1, 4, 15))[0],
            rated_on_behalf=plan.on_behalf is not None,
        )

    def _served_again(self, plan: OrderPlan, day: int) -> OrderPlan:
        """A bad rating makes it open again, for a day later than the rating."""
        rated_at = self._month.at(day + 1, *FORENOON)
        draft = _Draft(
            key=plan.key,
            fate=plan.fate,
            site=plan.site,
            item=plan.item,
            placed=day + 1,
            vetted_at=rated_at,
            accepted_at=at_hour(rated_at, AFTERNOON),
            day=day + 2,
            slot=FORENOON,
        )
        starts_at = rated_at + timedelta(days=1)
        again = self._serve(draft, starts_at, draft.accepted_at, plan.hands, plan.serving.hands)
        return replace(
            plan,
            rated_at=rated_at,
            stars=self._rng.choice((1, 2)),
            rated_on_behalf=plan.on_behalf is not None,
            again=again,
            rated_again_at=self._month.at(day + 3, *EVENING),
        )


def _own_hand(volunteer: Volunteer) -> Hand:
    return Hand(volunteer, volunteer.teams[0])


def at_hour(day: datetime, hour: tuple[int, int]) -> datetime:
    """An hour of the day that a moment belongs to."""
    return day.replace(hour=hour[0], minute=hour[1])


def coming_at(starts_at: datetime) -> datetime:
    """When people come to what begins then: somewhat early or late, the same for all of them."""
    return starts_at + timedelta(minutes=Random(f"in {starts_at}").randint(-9, 4))


def _late(ends_at: datetime) -> int:
    return Random(f"out {ends_at}").randint(-4, 8)
