"""A volunteer: registered, verified, in a team: three separate facts."""

import copy
from collections.abc import Callable, Sequence

import pytest

from services.volunteers.model.commands import FormTeam, RegisterVolunteer, SuspendVolunteer
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from shared.contracts.base import Event
from shared.contracts.volunteers import RefusalReason, TeamFormed, VolunteerRegistered
from shared.errors import Conflict
from tests.unit.builders import NOW, TEAM

S = VolunteerStatus
REASON = SuspendVolunteer(reason="complaint")

MOVES: dict[str, Callable[[Volunteer], Sequence[Event]]] = {
    "verify": lambda volunteer: volunteer.verify(NOW),
    "suspend": lambda volunteer: volunteer.suspend(REASON, NOW),
    "reinstate": lambda volunteer: volunteer.reinstate(NOW),
    "join": lambda volunteer: volunteer.join("team_two222", NOW),
    "leave": lambda volunteer: volunteer.leave(TEAM, NOW),
}

ALLOWED: dict[tuple[VolunteerStatus, str], VolunteerStatus] = {
    (S.REGISTERED, "verify"): S.VERIFIED,
    (S.REGISTERED, "join"): S.REGISTERED,
    (S.REGISTERED, "leave"): S.REGISTERED,
    (S.VERIFIED, "suspend"): S.SUSPENDED,
    (S.VERIFIED, "join"): S.VERIFIED,
    (S.VERIFIED, "leave"): S.VERIFIED,
    (S.SUSPENDED, "reinstate"): S.VERIFIED,
    (S.SUSPENDED, "leave"): S.SUSPENDED,
}

EVERY = [(status, move) for status in VolunteerStatus for move in MOVES]


def volunteer_who_is(status: VolunteerStatus) -> Volunteer:
    command = RegisterVolunteer(person="P-000001", site="XP11")
    volunteer, _ = Volunteer.register("vol_abcdefghijkl", command, NOW)
    volunteer.join(TEAM, NOW)
    if status is not S.REGISTERED:
        volunteer.verify(NOW)
    if status is S.SUSPENDED:
        volunteer.suspend(REASON, NOW)
    return volunteer


@pytest.mark.parametrize(("status", "move"), ALLOWED)
def test_an_allowed_move_leads_on_and_is_told(status: VolunteerStatus, move: str) -> None:
    volunteer = volunteer_who_is(status)

    [event] = MOVES[move](volunteer)

    assert volunteer.status is ALLOWED[status, move]
    assert event.model_dump()["volunteer"] == volunteer.id


@pytest.mark.parametrize(("status", "move"), [each for each in EVERY if each not in ALLOWED])
def test_any_other_move_is_refused_with_what_is_allowed_and_changes_nothing(
    status: VolunteerStatus, move: str
) -> None:
    volunteer = volunteer_who_is(status)
    before = copy.deepcopy(volunteer)

    with pytest.raises(Conflict) as refused:
        MOVES[move](volunteer)

    assert refused.value.extra["allowed"] == [move for of, move in ALLOWED if of is status]
    assert volunteer == before


def test_a_local_number_comes_from_the_site_and_the_id() -> None:
    command = RegisterVolunteer(person="P-000001", site="XP11")

    volunteer, [event] = Volunteer.register("vol_abcdefghijkl", command, NOW)

    assert volunteer.number == "XPV-CDEFGHIJKL"
    assert isinstance(event, VolunteerRegistered)
    assert event.number == volunteer.number
    assert "P-000001" not in event.model_dump_json()


@pytest.mark.parametrize(
    ("status", "team", "refusal"),
    [
        (S.VERIFIED, TEAM, None),
        (S.VERIFIED, "team_two222", RefusalReason.NOT_IN_TEAM),
        (S.REGISTERED, TEAM, RefusalReason.NOT_VERIFIED),
        (S.SUSPENDED, TEAM, RefusalReason.SUSPENDED),
    ],
)
def test_only_a_verified_member_of_the_team_may_serve(
    status: VolunteerStatus, team: str, refusal: RefusalReason | None
) -> None:
    assert volunteer_who_is(status).refusal(team) is refusal


def test_joining_twice_and_leaving_twice_tell_once() -> None:
    volunteer = volunteer_who_is(S.VERIFIED)

    assert volunteer.join(TEAM, NOW) == []
    assert len(volunteer.leave(TEAM, NOW)) == 1
    assert volunteer.leave(TEAM, NOW) == []


def test_a_team_is_formed_and_told() -> None:
    team, [event] = Team.form(TEAM, FormTeam(title='"红细胞"队', site="XP11"))

    assert (team.title, team.status) == ('"红细胞"队', "active")
    assert event == TeamFormed(team=TEAM, site="XP11", title='"红细胞"队')
