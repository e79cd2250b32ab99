"""Recipients, visits, pairings and standing orders as they are in each state, without any I/O."""

from datetime import date, timedelta
from typing import Any

from services.orders.model.commands.pairing import MakePairing
from services.orders.model.commands.recipient import (
    CloseRecipient,
    RecordVisit,
    RegisterRecipient,
    ReportVisit,
)
from services.orders.model.commands.standing_order import SetStandingOrder
from services.orders.model.pairing import Pairing, PairingStatus
from services.orders.model.recipient import Recipient, RecipientStatus
from services.orders.model.schedule import FestivalDays
from services.orders.model.standing_order import StandingOrder, StandingStatus
from services.orders.model.visit import Visit, VisitStatus
from shared.contracts.orders import PairingEnd, RecipientEnd, ReportedTo
from shared.contracts.vocabulary import Festival, Mode, Theme
from tests.unit.builders import NOW

DAY = timedelta(days=1)
TODAY = date(2026, 10, 9)  # of NOW, a Friday
SEALED = {"name": "c2VhbGVk", "address": "c2VhbGVk"}
CONSENT = {
    "given_by": "self",
    "given_at": NOW - DAY,
    "channel": "in-person",
    "witness": "W-0001",
}
GUARDED: dict[str, Any] = {
    "categories": ["left-behind-child"],
    "consent": CONSENT | {"given_by": "guardian", "sensitive": True},
    "data": {
        "name": "小明",
        "address": "民主路 1 号",
        "guardian": {"name": "王大明", "telephone": "13800000000"},
    },
}
CLOSE = CloseRecipient(reason=RecipientEnd.MOVED)
REPORT = ReportVisit(to=ReportedTo.POLICE)


def festivals(year: int) -> dict[Festival, date]:
    return {Festival.DOUBLE_NINTH: date(year, 10, 18), Festival.SPRING_FESTIVAL: date(year, 2, 6)}


FESTIVALS: FestivalDays = festivals


def registering(**facts: object) -> RegisterRecipient:
    usual = {
        "site": "XP11",
        "person": "R-7001",
        "categories": ["lonely-elderly"],
        "consent": CONSENT,
        "data": {"name": "王秀英", "address": "民主路 1 号"},
    }
    return RegisterRecipient.model_validate(usual | facts)


def registered(**facts: object) -> Recipient:
    return Recipient.register(
        "rcp_one111", registering(**facts), dict(SEALED), "王**", "office", NOW
    )[0]


def recipient_that_is(status: RecipientStatus) -> Recipient:
    one = registered()
    if status is not RecipientStatus.ACTIVE:
        one.close(CLOSE, NOW)
    if status is RecipientStatus.ERASED:
        one.erase()
    assert one.status is status
    return one


def visiting(**facts: object) -> RecordVisit:
    usual = {
        "visited_at": NOW,
        "visitors": [{"volunteer": "vol_ann111", "adult": True}],
        "outcome": "well",
    }
    return RecordVisit.model_validate(usual | facts)


ADULTS = {"vol_ann111", "vol_bob111"}
"""Volunteers who are known to be of age."""


def visit_to(recipient: Recipient, **facts: object) -> Visit:
    by = ("office", "P-1")
    return Visit.record("vst_one111", recipient, visiting(**facts), "c2VhbGVk", by, ADULTS, NOW)[0]


def visit_that_is(status: VisitStatus) -> Visit:
    concern = status in (VisitStatus.CONCERN, VisitStatus.SETTLED)
    one = visit_to(registered(), outcome="concern" if concern else "well")
    match status:
        case VisitStatus.REPORTED:
            one.report(REPORT, NOW)
        case VisitStatus.SETTLED:
            one.settle("c2VhbGVk", NOW)
        case VisitStatus.ERASED:
            one.erase()
    assert one.status is status
    return one


def pairing(**facts: object) -> Pairing:
    usual = {
        "site": "XP11",
        "kind": "household",
        "helper": {"volunteer": "vol_ann111"},
        "recipient": "rcp_one111",
        "since": TODAY,
    }
    command = MakePairing.model_validate(usual | facts)
    return Pairing.make("par_one111", command, NOW)[0]


def pairing_that_is(status: PairingStatus) -> Pairing:
    one = pairing()
    if status is PairingStatus.ENDED:
        one.ended(PairingEnd.AGREED)
    return one


def schedule(**facts: object) -> dict[str, object]:
    usual = {"rhythm": "weekly", "at": "09:30", "weekdays": [2], "starts_on": TODAY}
    return usual | facts


def standing(**facts: object) -> StandingOrder:
    usual = {
        "site": "XP11",
        "item": "itm_visit1",
        "recipient": "rcp_one111",
        "schedule": schedule(),
    }
    return StandingOrder.set(
        "sto_one111",
        SetStandingOrder.model_validate(usual | facts),
        "R-7001",
        (Theme.CIVILITY, [Mode.HELP]),
        "office",
        NOW,
        FESTIVALS,
    )[0]


def standing_that_is(status: StandingStatus) -> StandingOrder:
    one = standing()
    if status is StandingStatus.PAUSED:
        one.pause()
    if status is StandingStatus.ENDED:
        one.end()
    return one
