"""What befalls an order on its way: joined, sent elsewhere, given back, urged, done in part."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.orders.model.commands import (
    AttachFile,
    CompleteOrder,
    DispatchOrder,
    JoinOrder,
    OnBehalf,
    RateOrder,
    RedispatchOrder,
    RejectOrder,
    ReopenOrder,
    RescheduleOrder,
    ReturnOrder,
    TransferOrder,
    WithdrawOrder,
)
from services.orders.model.moves import OrderStatus as S
from services.orders.model.order import Order
from services.orders.model.order.placing import MOST_ATTACHMENTS
from services.orders.model.order.routing import MOST_TRANSFERS
from services.orders.model.order.serving import MISSED_AFTER, REOPENS_WITHIN
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ItemKind, Outcome, ReleaseReason
from shared.contracts.vocabulary import Department
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import (
    ACC_ANN,
    ACC_BOB,
    ANN,
    BOB,
    CAI,
    HOUR,
    NOW,
    STARTS,
    assigned,
    completed,
    item,
    order_that_is,
    place,
    placed,
    served,
    vetted,
    wants,
)

BEHALF = OnBehalf(channel="visit", oral_yes=True, asked_by="R-daughter")


def names(events: Sequence[Event]) -> list[str]:
    return [event.name.rsplit(".", 1)[1] for event in events]


def reasons(events: Sequence[Event]) -> list[ReleaseReason]:
    return [each.reason for each in events if isinstance(each, told.OrderReleased)]


def fields_of(refused: pytest.ExceptionInfo[Unprocessable]) -> list[str]:
    return [each.field for each in refused.value.fields]


# ---- 拼单 ----


def test_residents_join_while_there_is_a_seat_and_each_once() -> None:
    order = placed(seats=3)

    [second] = order.join(JoinOrder(resident="R-000002", on_behalf=BEHALF), NOW)
    assert order.join(JoinOrder(resident="R-000002"), NOW) == []
    assert order.join(JoinOrder(resident="R-000001"), NOW) == []  # who has ordered it
    [third] = order.join(JoinOrder(resident="R-000003"), NOW)

    facts = {"resident": "R-000002", "on_behalf": True, "residents": 2}
    assert second.model_dump().items() >= facts.items()
    assert third.model_dump()["residents"] == 3
    assert order.joined["R-000002"].asked_by == "R-daughter"
    with pytest.raises(Conflict):
        order.join(JoinOrder(resident="R-000004"), NOW)


def test_nobody_joins_a_private_order() -> None:
    order = placed(seats=3)
    order.private = True

    with pytest.raises(Conflict):
        order.join(JoinOrder(resident="R-000002"), NOW)


def test_an_order_is_over_only_when_the_last_resident_withdraws() -> None:
    order = placed(seats=3)
    order.join(JoinOrder(resident="R-000002", on_behalf=BEHALF), NOW)
    order.join(JoinOrder(resident="R-000003"), NOW)

    assert names(order.withdraw(WithdrawOrder(resident="R-000001"), NOW)) == ["left"]
    assert (order.resident, order.on_behalf) == ("R-000002", "visit")  # who joined first has it
    assert names(order.withdraw(WithdrawOrder(resident="R-000003"), NOW)) == ["left"]
    with pytest.raises(Unprocessable):
        order.withdraw(WithdrawOrder(resident="R-000001"), NOW)
    assert names(order.withdraw(WithdrawOrder(resident="R-000002"), NOW)) == ["withdrawn"]
    assert order.status is S.WITHDRAWN


def test_only_who_ordered_or_joined_may_rate() -> None:
    order = completed()

    with pytest.raises(Unprocessable) as refused:
        order.rate(RateOrder(stars=1, resident="R-000002"), STARTS + HOUR)

    assert fields_of(refused) == ["resident"]


# ---- 转单 退单 ----


def test_a_transfer_is_told_at_both_sites_and_the_new_one_vets() -> None:
    order = assigned(vetted(hands=2), ACC_ANN, ANN)
    order.dispatch(DispatchOrder(volunteers=[BOB]), NOW)

    released, left, came = order.transfer(
        TransferOrder(site="XP12", department=Department.CIVIL_AFFAIRS, reason="theirs"), {}, NOW
    )

    assert reasons([released]) == [ReleaseReason.TRANSFERRED]
    assert (left.model_dump()["site"], left.model_dump()["to_site"]) == ("XP11", "XP12")
    assert left.model_dump()["to_department"] == "civil-affairs"
    assert (came.model_dump()["site"], came.model_dump()["from_site"]) == ("XP12", "XP11")
    assert (order.status, order.site, order.department) == (S.PLACED, "XP12", "civil-affairs")
    assert (order.asked, order.offers, order.serving) == ([], {}, [])
    assert (order.reason, order.transfers) == ("theirs", 1)


def test_a_transfer_to_another_department_of_the_site_is_received_nowhere_else() -> None:
    order = placed()
    command = TransferOrder(department=Department.JUSTICE_OFFICE, reason="theirs")

    assert names(order.transfer(command, {}, NOW)) == ["transferred"]
    with pytest.raises(Unprocessable):
        order.transfer(command, {}, NOW)


def test_a_transfer_goes_where_the_service_is_offered() -> None:
    order = placed(sites=["XP11", "XP12"])

    with pytest.raises(Unprocessable) as refused:
        order.transfer(TransferOrder(site="XP13", reason="nearer"), {}, NOW)

    assert fields_of(refused) == ["site"]


def test_an_order_is_not_sent_round_for_ever() -> None:
    order = placed()
    for number in range(MOST_TRANSFERS):
        site = "XP12" if number % 2 == 0 else "XP11"
        order.transfer(TransferOrder(site=site, reason="not ours"), {}, NOW)

    with pytest.raises(Conflict):
        order.transfer(TransferOrder(site="XP13", reason="not ours"), {}, NOW)


def test_what_is_returned_is_vetted_again() -> None:
    order = assigned(vetted(hands=2), ACC_ANN, ANN)

    events = order.send_back(ReturnOrder(reason="no such skill here"), NOW)

    assert reasons(events) == [ReleaseReason.RETURNED]
    assert (order.status, order.reason) == (S.RETURNED, "no such skill here")
    order.vet(NOW)
    assert [order.status, order.times_returned] == [S.OPEN, 1]


# ---- 催单, another time, others instead ----


def test_urging_is_counted_and_told_to_those_who_serve() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    order.urge(NOW)
    [event] = order.urge(NOW + HOUR)

    facts = {"stage": "serve", "times": 2, "volunteers": [ANN]}
    assert event.model_dump().items() >= facts.items()
    assert (order.urged, order.urged_at) == (2, NOW + HOUR)


def test_another_time_is_reserved_anew() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    released, event = order.reschedule(
        RescheduleOrder(starts_at=STARTS + 24 * HOUR, by="resident"), NOW
    )

    assert reasons([released]) == [ReleaseReason.RESCHEDULED]
    facts = {"starts_at": STARTS + 24 * HOUR, "ends_at": STARTS + 25 * HOUR, "before": STARTS}
    assert event.model_dump().items() >= facts.items()
    assert order.status is S.OPEN
    assert order.accept(ACC_BOB, wants(ANN), NOW)


def test_of_those_asked_before_only_the_named_keep_their_hand() -> None:
    order = vetted(hands=2)
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)
    assigned(order, ACC_ANN, ANN)
    assigned(order, ACC_BOB, BOB)

    released, asked = order.redispatch(RedispatchOrder(volunteers=[BOB, CAI]), NOW)

    assert reasons([released]) == [ReleaseReason.REDISPATCHED]
    assert asked.model_dump()["again"] is True
    assert (order.status, order.serving, list(order.offers)) == (S.DISPATCHED, [BOB], [CAI])
    with pytest.raises(Unprocessable):
        order.accept("acc_again1", wants(ANN), NOW)


def test_who_gives_back_a_full_order_leaves_it_to_those_who_were_asked() -> None:
    order = vetted()
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)
    assigned(order, ACC_ANN, ANN)
    assert order.offers == {}

    order.release(ACC_ANN, ReleaseReason.DECLINED, NOW)

    assert (order.status, set(order.offers)) == (S.DISPATCHED, {ANN, BOB})


# ---- 爽约, in part, again ----


def test_who_did_not_come_is_known_a_quarter_of_an_hour_after_the_beginning() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    with pytest.raises(Conflict):
        order.no_show(ACC_ANN, STARTS + MISSED_AFTER - timedelta(seconds=1))
    missed, released = order.no_show(ACC_ANN, STARTS + MISSED_AFTER)

    assert isinstance(missed, told.OrderMissed)
    assert reasons([released]) == [ReleaseReason.NO_SHOW]
    assert (order.status, order.missed, order.serving) == (S.OPEN, [ANN], [])


def test_what_is_done_in_part_says_what_was_done_and_what_remains() -> None:
    order = served((ACC_ANN, ANN))
    command = CompleteOrder(outcome=Outcome.PARTIAL, done="one of two taps", remaining="the other")

    [event] = order.complete(STARTS + HOUR, command)

    assert event.model_dump()["outcome"] == "partial"
    assert "taps" not in event.model_dump_json()  # words stay here
    assert (order.done, order.remaining) == ("one of two taps", "the other")
    rest, [again] = Order.place("ord_rest111", place(continues=order.id), item(), "office", NOW)
    assert (rest.continues, again.model_dump()["continues"]) == (order.id, order.id)


@pytest.mark.parametrize(
    "facts", [{"outcome": "partial"}, {"outcome": "done", "remaining": "the other"}]
)
def test_what_remains_belongs_to_what_is_done_in_part(facts: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CompleteOrder.model_validate(facts)


def test_where_nobody_was_there_no_copies_were_given() -> None:
    order, _ = Order.place(
        "ord_two222",
        place(copies=20),
        item(kind=ItemKind.MATERIAL, stock=50, hands=0),
        "office",
        NOW,
    )
    order.vet(NOW)

    [event] = order.complete(STARTS, CompleteOrder(outcome=Outcome.NOBODY_THERE))

    assert (order.copies, event.model_dump()["copies"]) == (20, 0)


def test_copies_are_told_as_given_or_else_as_ordered() -> None:
    def given(command: CompleteOrder | None) -> object:
        booklet = item(kind=ItemKind.MATERIAL, stock=50, hands=0)
        order, _ = Order.place("ord_two222", place(copies=20), booklet, "office", NOW)
        order.vet(NOW)
        [event] = order.complete(STARTS, command)
        return event.model_dump()["copies"]

    assert [given(None), given(CompleteOrder(copies=7))] == [20, 7]


def test_a_closed_order_is_opened_again_within_thirty_days() -> None:
    order = order_that_is(S.CLOSED)
    command = ReopenOrder(reason="the tap drips again")

    with pytest.raises(Conflict):
        order.reopen(command, order.stage_since + REOPENS_WITHIN + timedelta(seconds=1))
    [event] = order.reopen(command, order.stage_since + REOPENS_WITHIN)

    assert (event.model_dump()["by"], event.model_dump()["stars"]) == ("office", 5)
    assert (order.status, order.times_reopened, list(order.earlier)) == (S.OPEN, 1, [ACC_ANN])


# ---- what is placed, attached, rated ----


def test_an_order_keeps_what_was_said_and_the_event_only_what_is_nobodys_secret() -> None:
    order, [event] = Order.place(
        "ord_two222",
        place(
            on_behalf=BEHALF,
            private=True,
            grid="XP-11-03",
            note="third door on the left",
            attachments=["fil_one111"],
            wish=ANN,
        ),
        item(provider=Department.CIVIL_AFFAIRS, edition=4),
        "office",
        NOW,
    )

    assert (order.asked_by, order.on_behalf, order.private) == ("R-daughter", "visit", True)
    assert (order.edition, order.department, order.wish) == (4, "civil-affairs", ANN)
    assert [each.file for each in order.attachments] == ["fil_one111"]
    facts = {"grid": "XP-11-03", "department": "civil-affairs", "private": True}
    assert event.model_dump().items() >= facts.items()
    assert "door" not in event.model_dump_json()
    assert "daughter" not in event.model_dump_json()


def test_a_rating_on_behalf_keeps_who_asked() -> None:
    order = completed()

    order.rate(RateOrder(stars=4, on_behalf=BEHALF), STARTS + HOUR)

    assert (order.rated_on_behalf, order.rated_asked_by) == ("visit", "R-daughter")


def test_a_file_is_attached_once_and_not_without_end() -> None:
    order = placed()

    assert names(order.attach(AttachFile(file="fil_one111"), "office", NOW)) == ["attached"]
    assert order.attach(AttachFile(file="fil_one111"), "office", NOW) == []
    for number in range(1, MOST_ATTACHMENTS):
        order.attach(AttachFile(file=f"fil_no{number:04}"), "office", NOW)
    with pytest.raises(Unprocessable):
        order.attach(AttachFile(file="fil_last11"), "office", NOW)


@pytest.mark.parametrize("facts", [{}, {"reason": "late", "template": "tpl_one111"}])
def test_a_reason_is_given_once_in_words_or_by_template(facts: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RejectOrder.model_validate(facts)
