"""Shifts as they are planned, and who wants to be in, without any I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.volunteers.model import commands as asked
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift import Shift
from shared.contracts.base import Event
from tests.unit.builders import ANN, NOW, TEAM

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BEGINS = NOW + 2 * DAY
ENDS = BEGINS + 3 * HOUR
SUP_ANN, SUP_BOB, SUP_CAI = "sup_ann111", "sup_bob111", "sup_cai111"
RULES = RosterRules()


def wanted(**facts: Any) -> asked.PlanShift:
    usual: dict[str, Any] = {
        "site": "XP11",
        "post": "窗口值班",
        "theme": "civility",
        "modes": ["help"],
        "starts_at": BEGINS,
        "ends_at": ENDS,
        "hands": 1,
    }
    return asked.PlanShift.model_validate(usual | facts)


def planned(**facts: Any) -> Shift:
    shift, _ = Shift.planned("shf_one111", wanted(**facts), RULES, NOW)
    return shift


def me(volunteer: str = ANN, team: str = TEAM) -> asked.SignUpForShift:
    return asked.SignUpForShift(volunteer=volunteer, team=team)


def by_leader(volunteer: str, reason: str = "") -> asked.AssignToShift:
    override = asked.Override(reason=reason) if reason else None
    return asked.AssignToShift(volunteer=volunteer, team=TEAM, override=override)


def for_another(volunteer: str) -> asked.Substitute:
    return asked.Substitute(volunteer=volunteer, team=TEAM)


def filled(**facts: Any) -> Shift:
    """Ann is confirmed."""
    shift = planned(**facts)
    shift.sign_up(SUP_ANN, me(), NOW)
    shift.reserved(SUP_ANN, ANN, NOW)
    return shift


def anew(id: str, starts_at: datetime, ends_at: datetime) -> str:
    return f"{id}x"


def names(events: Sequence[Event]) -> list[str]:
    return [each.name.removeprefix("volunteers.shift.") for each in events]


def status(shift: Shift, id: str = SUP_ANN) -> str:
    return shift.sign_ups[id].status
