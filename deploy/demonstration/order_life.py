"""One order's life through the HTTP API, as planned."""

from __future__ import annotations

import time
from collections.abc import Iterable

from deploy.demonstration.agenda import Life
from deploy.demonstration.client import Caller, Document
from deploy.demonstration.order_plan import EVENING, Fate, OrderPlan, Serving, at_hour
from deploy.demonstration.people import Hand
from deploy.demonstration.world import WentWrong, World, worker_of

_SETTLED_WITHIN_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.03, 0.5
"""Between looks whether a time was reserved: some 50 ms where nothing fails."""
_REASONS = {
    Fate.REJECTED: "不属于文明实践服务范围 Not a service of the station",
    Fate.WITHDRAWN: "居民另有安排 The resident has other plans",
    Fate.CALLED_OFF: "居民临时外出 The resident is away that day",
    Fate.UNCLAIMED: "无人接单,已电话说明 Nobody could serve; explained by telephone",
}


def order_life(world: World, plan: OrderPlan) -> Life:
    """From placing to the end that the plan has for it."""
    yield plan.placed_at
    order = _Order(world, plan)
    order.place()
    yield plan.vetted_at
    if plan.fate is Fate.REJECTED:
        order.reject()
        return
    order.vet()
    if plan.fate in (Fate.WITHDRAWN, Fate.UNCLAIMED):
        yield from _cancelled(order, plan)
        return
    yield from _accepted(order, plan, plan.serving)
    if plan.fate is Fate.CALLED_OFF:
        yield from _cancelled(order, plan)
        return
    yield from _served(order, plan.serving, absent=plan.fate is Fate.ABSENT)
    if plan.rated_at:
        yield plan.rated_at
        order.rate(plan.stars)
    if plan.again and plan.rated_again_at:
        yield from _accepted(order, plan, plan.again)
        yield from _served(order, plan.again)
        yield plan.rated_again_at
        order.rate(5)


def _cancelled(order: _Order, plan: OrderPlan) -> Life:
    assert plan.ended_at
    yield plan.ended_at
    order.cancel()


def _accepted(order: _Order, plan: OrderPlan, serving: Serving) -> Life:
    """派单 or 抢单, 接单; each wait for the saga is shared with all other orders of the moment."""
    first = serving is plan.serving
    refused = plan.refused if first else None
    declining = plan.declining if first else None
    yield serving.accepted_at
    others = [hand for hand in (refused, declining) if hand]
    if serving.asked_by_name:
        order.ask([*serving.hands, *others])
    if declining:
        order.decline(declining)
    if refused:
        order.accept([refused], "refused")
        yield serving.accepted_at
        order.must_be_refused(refused)
    order.accept(serving.hands, "first" if first else "again")
    yield serving.accepted_at
    order.must_be_assigned(serving.hands)
    if first and plan.replacement:
        yield from _given_back(order, serving, plan.replacement)


def _given_back(order: _Order, serving: Serving, replacement: Hand) -> Life:
    """The first volunteer can't come after all, and says so in the evening."""
    evening = at_hour(serving.accepted_at, EVENING)
    yield evening
    order.give_back(serving.hands[0])
    if serving.asked_by_name:
        order.ask([replacement])
    order.accept([replacement], "replacement")
    yield evening
    order.must_be_assigned([replacement])
    order.hands = [replacement, *serving.hands[1:]]


def _served(order: _Order, serving: Serving, *, absent: bool = False) -> Life:
    """签到 签退 办结."""
    if absent:
        order.hands = order.hands[:-1]
    yield serving.checked_in_at
    order.check("in")
    yield serving.checked_out_at
    order.check("out")
    yield serving.completed_at
    order.complete()


class _Order:
    """The order in the services, and who serves it now."""

    def __init__(self, world: World, plan: OrderPlan) -> None:
        self._world = world
        self._plan = plan
        self._times_rated = 0
        self._vetting: Caller = world.department if plan.by_department else world.office
        self._path = ""
        self._acceptances: dict[str, str] = {}  # id by volunteer's
        self.hands: list[Hand] = []

    # ---- 点单 审单 ----

    def place(self) -> None:
        plan, world = self._plan, self._world
        body: Document = {
            "item": world.loaded.items[plan.item.code],
            "site": plan.site,
            "resident": plan.resident,
            "starts_at": plan.starts_at.isoformat(),
        }
        if plan.on_behalf:
            body["on_behalf"] = {"channel": plan.on_behalf, "oral_yes": True}
        person = worker_of(plan.site) if plan.on_behalf else plan.resident
        receipt = world.station.post(
            "orders", "/v1/orders", body, key=world.key(plan.key, "place"), person=person
        )
        self._path = f"/v1/orders/{receipt['id']}"
        world.tally.add("placed")

    def vet(self) -> None:
        self._do(self._vetting, "vet", {}, "vet")

    def reject(self) -> None:
        self._do(self._vetting, "reject", {"reason": _REASONS[Fate.REJECTED]}, "reject")
        self._world.tally.add("rejected")

    def cancel(self) -> None:
        fate = self._plan.fate
        by = "station" if fate is Fate.UNCLAIMED else "resident"
        self._do(self._world.station, "cancel", {"by": by, "reason": _REASONS[fate]}, "cancel")
        self._world.tally.add("cancelled")

    # ---- 派单 接单 抢单 ----

    def ask(self, hands: Iterable[Hand]) -> None:
        asked = [self._world.id_of(hand.volunteer) for hand in hands]
        self._do(self._vetting, "dispatch", {"volunteers": asked}, "dispatch", asked[0])

    def decline(self, hand: Hand) -> None:
        volunteer = self._world.id_of(hand.volunteer)
        self._do(self._world.station, "decline", {"volunteer": volunteer}, "decline")

    def accept(self, hands: Iterable[Hand], occasion: str) -> None:
        for hand in hands:
            body = self._world.accepting(hand)
            self._do(self._world.station, "accept", body, "accept", occasion, hand.volunteer.ref)

    def give_back(self, hand: Hand) -> None:
        self._do_with(hand, "release")
        self._world.tally.add("given back")

    def must_be_assigned(self, hands: Iterable[Hand]) -> None:
        """Waits for the saga. Raises WentWrong where a time could not be reserved."""
        self.hands = list(hands)
        acceptances = self._settled()
        for hand in self.hands:
            volunteer = self._world.id_of(hand.volunteer)
            self._acceptances[volunteer] = self._last(acceptances, hand, "assigned")
            self._world.tally.add("accepted")

    def must_be_refused(self, hand: Hand) -> None:
        """Waits for the saga. Raises WentWrong where the time was reserved all the same."""
        self._last(self._settled(), hand, "released")
        self._world.tally.add("refused")

    def _settled(self) -> dict[str, Document]:
        """The acceptances by id, when none is pending any more, or it takes too long."""
        until = time.monotonic() + _SETTLED_WITHIN_S
        pause = _FIRST_PAUSE_S
        while True:
            time.sleep(pause)
            order = self._world.station.get("orders", self._path)
            acceptances: dict[str, Document] = order["acceptances"]
            pending = any(each["status"] == "pending" for each in acceptances.values())
            if not pending or time.monotonic() > until:
                return acceptances
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _last(self, acceptances: dict[str, Document], hand: Hand, expected: str) -> str:
        """Id of a volunteer's last acceptance, if it has come to what the story expects."""
        volunteer = self._world.id_of(hand.volunteer)
        own = [(id, each) for id, each in acceptances.items() if each["volunteer"] == volunteer]
        id, found = max(own, key=lambda pair: str(pair[1]["accepted_at"]))
        status, reason = found["status"], found["release_reason"]
        if status != expected or reason not in (None, "refused"):
            raise WentWrong(
                f"{self._path}: {hand.volunteer.ref} is {status} ({reason}), not {expected}"
            )
        return id

    # ---- 服务 办结 评单 ----

    def check(self, way: str) -> None:
        for hand in self.hands:
            self._do_with(hand, f"check-{way}")

    def complete(self) -> None:
        self._do(self._world.station, "complete", {}, "complete", str(self._times_rated))
        self._world.tally.add("completed")

    def rate(self, stars: int) -> None:
        body: Document = {"stars": stars}
        if self._plan.rated_on_behalf:
            body["on_behalf"] = {"channel": self._plan.on_behalf, "oral_yes": True}
        self._do(self._world.station, "rate", body, "rate", str(self._times_rated))
        self._times_rated += 1
        self._world.tally.add("rated")

    # ---- inside ----

    def _do_with(self, hand: Hand, move: str) -> None:
        acceptance = self._acceptances[self._world.id_of(hand.volunteer)]
        self._do(self._world.station, f"acceptances/{acceptance}/{move}", {}, move, acceptance)

    def _do(self, caller: Caller, move: str, body: Document, *key: str) -> None:
        caller.post(
            "orders",
            f"{self._path}/{move}",
            body,
            key=self._world.key(self._plan.key, *key),
            person=worker_of(self._plan.site) if caller is self._world.station else caller.name,
        )
