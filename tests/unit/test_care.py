"""Recipients, visits, pairings: consent, two adults with a child, missed visits, concerns."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.orders.model.commands.pairing import MakePairing
from services.orders.model.commands.recipient import CloseRecipient, PlanVisit
from services.orders.model.pairing import Pairing, PairingStatus
from services.orders.model.recipient import RecipientStatus
from services.orders.model.visit import VisitStatus
from shared.contracts.orders import (
    PairingEnded,
    RecipientClosed,
    RecipientEnd,
    RecipientErased,
    RecipientVisitOverdue,
    RecipientVisitPlanned,
    VisitConcernOverdue,
)
from shared.errors import Unprocessable
from tests.unit.builders import NOW
from tests.unit.care import (
    CONSENT,
    DAY,
    GUARDED,
    TODAY,
    pairing,
    recipient_that_is,
    registered,
    registering,
    visit_that_is,
    visit_to,
)

ADULT = {"volunteer": "vol_ann111", "adult": True}
OTHER_ADULT = {"volunteer": "vol_bob111", "adult": True}
STUDENT = {"volunteer": "vol_cai111", "adult": True}  # says the recorder; nobody else knows


# ---- consent ----


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"categories": ["disabled"]}, "consent.sensitive"),
        ({"categories": ["lonely-elderly", "ill"]}, "consent.sensitive"),
        (GUARDED | {"consent": CONSENT}, "consent.given_by"),
        (GUARDED | {"consent": GUARDED["consent"] | {"sensitive": False}}, "consent.sensitive"),
        (
            GUARDED | {"data": {"name": "小明", "address": "民主路 1 号"}},
            "consent.given_by",
        ),
        ({"minor": True}, "consent.given_by"),
        ({"consent": CONSENT | {"given_at": NOW + DAY}}, "consent.given_at"),
    ],
)
def test_nobody_is_registered_without_the_consent_that_the_law_asks_for(
    facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        registered(**facts)

    assert [each.field for each in refused.value.fields] == [field]


def test_with_a_guardians_consent_a_child_is_registered_as_one() -> None:
    assert registered(**GUARDED).minor is True
    assert registered(categories=["disabled"], consent=CONSENT | {"sensitive": True}).minor is False


def test_a_consent_is_on_paper_or_was_heard_by_somebody() -> None:
    with pytest.raises(ValidationError, match="paper or witness"):
        registering(consent={key: each for key, each in CONSENT.items() if key != "witness"})


def test_a_command_with_personal_data_shows_none_of_it() -> None:
    command = registering()

    assert "王秀英" not in repr(command) and "民主路" not in str(command)


def test_what_is_told_of_a_recipient_says_nothing_of_who_and_why() -> None:
    _, [event] = type(registered()).register(
        "rcp_two222", registering(**GUARDED), {}, "小*", "office", NOW
    )

    assert event.model_dump() == {"site": "XP11", "recipient": "rcp_two222", "next_visit": None}


# ---- visits in time ----


def test_a_missed_visit_is_told_three_times_further_up() -> None:
    recipient = registered(next_visit=TODAY)
    missed = recipient.next_visit
    assert missed and missed - NOW == timedelta(hours=15)  # midnight in Shanghai
    assert recipient.due_at() == missed and recipient.pass_time(missed - timedelta(seconds=1)) == []

    levels = []
    for days in (0, 2, 7):
        assert recipient.due_at() == missed + days * DAY
        [event] = recipient.pass_time(missed + days * DAY)
        assert isinstance(event, RecipientVisitOverdue)
        levels.append(event.level)

    assert levels == [1, 2, 3] and recipient.due_at() is None


def test_after_a_standstill_every_level_is_told_once() -> None:
    recipient = registered(next_visit=TODAY)

    events = recipient.pass_time(NOW + 30 * DAY)

    assert [event.model_dump()["level"] for event in events] == [1, 2, 3]


def test_a_visit_moves_the_next_one_and_ends_the_alarm() -> None:
    recipient = registered(visit_days=7, next_visit=TODAY)
    first = recipient.next_visit
    assert first
    recipient.pass_time(first)

    [event] = recipient.visited(first + timedelta(hours=1), None)

    assert isinstance(event, RecipientVisitPlanned)
    assert event.next_visit == recipient.next_visit == first + 8 * DAY
    assert recipient.level == 0
    assert recipient.visited(first - DAY, None) == []  # entered late: moves nothing back


def test_a_visit_that_was_planned_once_is_done_with_it() -> None:
    recipient = registered(next_visit=TODAY)

    assert recipient.visited(NOW, None) == []
    assert recipient.next_visit is None and recipient.due_at() is None


def test_the_next_visit_is_not_planned_into_the_past() -> None:
    with pytest.raises(Unprocessable):
        registered().plan_visit(PlanVisit(next_visit=TODAY - DAY), NOW)


# ---- the end ----


def test_without_consent_everything_is_erased_at_once() -> None:
    recipient = registered(visit_days=7)

    closed, erased = recipient.close(CloseRecipient(reason=RecipientEnd.CONSENT_WITHDRAWN), NOW)

    assert isinstance(closed, RecipientClosed) and isinstance(erased, RecipientErased)
    left = (recipient.sealed, recipient.name_masked, recipient.person, recipient.categories)
    assert left == ({}, "", "erased", []) and recipient.consent is None


def test_what_is_closed_is_erased_after_half_a_year() -> None:
    recipient = recipient_that_is(RecipientStatus.CLOSED)
    assert recipient.sealed and recipient.pass_time(NOW + 179 * DAY) == []

    [event] = recipient.pass_time(NOW + 180 * DAY)

    assert isinstance(event, RecipientErased) and not recipient.sealed


# ---- visits ----


@pytest.mark.parametrize(
    ("visitors", "allowed"),
    [
        ([ADULT], False),
        ([ADULT, STUDENT], False),
        ([ADULT, OTHER_ADULT], True),
        ([ADULT, OTHER_ADULT, STUDENT], True),
    ],
)
def test_a_child_is_visited_by_two_adults(visitors: list[object], allowed: bool) -> None:
    child = registered(**GUARDED)
    if allowed:
        assert visit_to(child, visitors=visitors).status is VisitStatus.RECORDED
    else:
        with pytest.raises(Unprocessable, match="two adults"):
            visit_to(child, visitors=visitors)


def test_the_same_adult_twice_is_one() -> None:
    with pytest.raises(ValidationError, match="named once"):
        visit_to(registered(**GUARDED), visitors=[ADULT, ADULT])


@pytest.mark.parametrize("at", [NOW + timedelta(minutes=1), NOW - 91 * DAY])
def test_a_visit_is_neither_ahead_nor_long_past(at: object) -> None:
    with pytest.raises(Unprocessable, match="90 days"):
        visit_to(registered(), visited_at=at)


def test_a_concern_that_nobody_takes_up_is_told_after_a_day() -> None:
    visit = visit_that_is(VisitStatus.CONCERN)
    assert visit.due_at() == NOW + DAY

    [event] = visit.pass_time(NOW + DAY)

    assert isinstance(event, VisitConcernOverdue)
    assert visit.due_at() is None and visit.pass_time(NOW + 2 * DAY) == []
    assert visit_that_is(VisitStatus.REPORTED).due_at() is None


def test_what_was_reported_is_kept_and_other_notes_are_erased() -> None:
    kept = [visit_that_is(each) for each in (VisitStatus.REPORTED, VisitStatus.CONCERN)]
    gone = [visit_that_is(each) for each in (VisitStatus.RECORDED, VisitStatus.SETTLED)]
    for visit in kept + gone:
        visit.erase()

    assert all(visit.sealed_note for visit in kept)
    assert not any(visit.sealed_note or visit.sealed_settlement for visit in gone)


# ---- pairings ----


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "household", "recipient": None}, "recipient"),
        ({"kind": "community"}, "recipient"),
        ({"kind": "community", "recipient": None}, "helper"),
        ({"until": TODAY - DAY, "since": TODAY - 9 * DAY}, "until"),
        ({"until": TODAY, "since": TODAY + DAY}, "until"),
    ],
)
def test_a_pairing_has_the_two_sides_of_its_kind(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        pairing(**facts)

    assert [each.field for each in refused.value.fields] == [field]


def test_a_unit_stands_by_a_community() -> None:
    command = MakePairing.model_validate(
        {"site": "XP11", "kind": "community", "helper": {"unit": "U-1"}, "since": TODAY}
    )
    made, [event] = Pairing.make("par_two222", command, NOW)

    assert made.unit == "U-1" and event.model_dump()["recipient"] is None


def test_a_pairing_ends_after_its_last_day() -> None:
    made = pairing(until=TODAY)
    assert made.due_at() == NOW + timedelta(hours=15)

    [event] = made.pass_time(NOW + timedelta(hours=15))

    assert isinstance(event, PairingEnded) and made.status is PairingStatus.ENDED
    assert made.due_at() is None
