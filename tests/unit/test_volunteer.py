"""A volunteer: registered, verified, in a team: three separate facts."""

import copy
from collections.abc import Callable, Sequence

import pytest

from services.volunteers.model.commands import (
    ChangeTeam,
    DecideMembership,
    FormTeam,
    Joining,
    NameSkills,
    RegisterVolunteer,
    RequestMembership,
    SuspendVolunteer,
)
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Volunteer, VolunteerStatus
from shared.contracts.base import Event
from shared.contracts.volunteers import (
    MembershipJoined,
    MembershipRefused,
    RefusalReason,
    TeamChanged,
    TeamFormed,
    VolunteerRegistered,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW, TEAM

S = VolunteerStatus
REASON = SuspendVolunteer(reason="complaint")

MOVES: dict[str, Callable[[Volunteer], Sequence[Event]]] = {
    "verify": lambda volunteer: volunteer.verify(NOW),
    "suspend": lambda volunteer: volunteer.suspend(REASON, NOW),
    "reinstate": lambda volunteer: volunteer.reinstate(NOW),
    "join": lambda volunteer: volunteer.join("team_two222", NOW),
    "leave": lambda volunteer: volunteer.leave(TEAM, NOW),
    "record": lambda volunteer: volunteer.name_skills(NameSkills(skills=["haircut"])),
    "deregister": lambda volunteer: volunteer.deregister(NOW),
    "return": lambda volunteer: volunteer.come_back(NOW),
    "erase": lambda volunteer: volunteer.erase(None, NOW),
}

LEAVING = {"deregister": S.LEFT, "erase": S.ERASED}
ALLOWED: dict[tuple[VolunteerStatus, str], VolunteerStatus] = {
    (S.REGISTERED, "verify"): S.VERIFIED,
    (S.VERIFIED, "suspend"): S.SUSPENDED,
    (S.SUSPENDED, "reinstate"): S.VERIFIED,
    (S.LEFT, "return"): S.REGISTERED,
    (S.LEFT, "erase"): S.ERASED,
    **{(of, move): of for of in (S.REGISTERED, S.VERIFIED) for move in ("join", "leave", "record")},
    **{(S.SUSPENDED, move): S.SUSPENDED for move in ("leave", "record")},
    **{
        (of, move): to
        for of in (S.REGISTERED, S.VERIFIED, S.SUSPENDED)
        for move, to in LEAVING.items()
    },
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
    if status is S.LEFT:
        volunteer.deregister(NOW)
    if status is S.RESTRICTED:
        volunteer.erase(NOW, NOW)
    if status is S.ERASED:
        volunteer.erase(None, NOW)
    return volunteer


@pytest.mark.parametrize(("status", "move"), ALLOWED)
def test_an_allowed_move_leads_on_and_is_told(status: VolunteerStatus, move: str) -> None:
    volunteer = volunteer_who_is(status)

    events = MOVES[move](volunteer)

    assert volunteer.status is ALLOWED[status, move]
    assert events
    assert {event.model_dump()["volunteer"] for event in events} == {volunteer.id}


@pytest.mark.parametrize(("status", "move"), [each for each in EVERY if each not in ALLOWED])
def test_any_other_move_is_refused_with_what_is_allowed_and_changes_nothing(
    status: VolunteerStatus, move: str
) -> None:
    volunteer = volunteer_who_is(status)
    before = copy.deepcopy(volunteer)

    with pytest.raises(Conflict) as refused:
        MOVES[move](volunteer)

    allowed = refused.value.extra["allowed"]
    assert isinstance(allowed, list)
    assert sorted(allowed) == sorted(move for of, move in ALLOWED if of is status)
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
        (S.LEFT, TEAM, RefusalReason.LEFT),
        (S.RESTRICTED, TEAM, RefusalReason.LEFT),
        (S.ERASED, TEAM, RefusalReason.LEFT),
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


def test_a_suspension_tells_a_code_and_never_the_words() -> None:
    [event] = volunteer_who_is(S.VERIFIED).suspend(REASON, NOW)

    assert event.model_dump()["reason"] == "other"


def test_leaving_ends_every_membership_and_tells_each() -> None:
    volunteer = volunteer_who_is(S.VERIFIED)
    volunteer.join("team_two222", NOW)

    events = volunteer.deregister(NOW)

    assert [event.name.split(".", 1)[1] for event in events] == [
        "membership.left",
        "membership.left",
        "volunteer.left",
    ]
    assert volunteer.teams == []


def test_a_leader_decides_about_a_request_once() -> None:
    volunteer = volunteer_who_is(S.VERIFIED)
    wish = RequestMembership(team="team_two222")

    assert len(volunteer.request(wish, NOW)) == 1
    assert volunteer.request(wish, NOW) == []
    [refused] = volunteer.decide(DecideMembership(team="team_two222", admit=False), NOW)
    assert isinstance(refused, MembershipRefused)
    assert volunteer.teams == [TEAM]
    with pytest.raises(Unprocessable):
        volunteer.decide(DecideMembership(team="team_two222", admit=True), NOW)

    volunteer.request(wish, NOW)
    [joined] = volunteer.decide(DecideMembership(team="team_two222", admit=True), NOW)
    assert isinstance(joined, MembershipJoined)
    assert volunteer.teams == [TEAM, "team_two222"]
    assert volunteer.requests == []


@pytest.mark.parametrize(
    ("joining", "open_to"),
    [(Joining.OPEN, [False, True]), (Joining.REQUEST, [True]), (Joining.CLOSED, [])],
)
def test_a_team_says_how_one_becomes_a_member(joining: Joining, open_to: list[bool]) -> None:
    team, _ = Team.form(TEAM, FormTeam(title="老党员", site="XP11", joining=joining))

    for by_request in (False, True):
        if by_request in open_to:
            team.require_joinable(by_request)
        else:
            with pytest.raises(Unprocessable):
                team.require_joinable(by_request)


def test_only_a_member_leads_and_leaders_are_told() -> None:
    team, _ = Team.form(TEAM, FormTeam(title="老党员", site="XP11"))

    with pytest.raises(Unprocessable):
        team.appoint(TEAM, "vol_ann111", member=False)
    [event] = team.appoint(TEAM, "vol_ann111", member=True)
    assert isinstance(event, TeamChanged)
    assert event.leaders == ["vol_ann111"]
    assert team.appoint(TEAM, "vol_ann111", member=True) == []
    [event] = team.dismiss(TEAM, "vol_ann111")
    assert event.model_dump()["leaders"] == []


def test_a_team_ends_only_when_nobody_is_in_it_and_then_nothing_changes_it() -> None:
    team, _ = Team.form(TEAM, FormTeam(title="老党员", site="XP11"))

    with pytest.raises(Conflict):
        team.dissolve(TEAM, members=True)
    [event] = team.dissolve(TEAM, members=False)
    assert event.name == "volunteers.team.dissolved"
    with pytest.raises(Conflict):
        team.change(TEAM, ChangeTeam(title="别的", joining=Joining.OPEN))
    with pytest.raises(Unprocessable):
        team.require_joinable(by_request=True)


def test_a_team_is_formed_and_told() -> None:
    team, [event] = Team.form(TEAM, FormTeam(title='"红细胞"队', site="XP11"))

    assert (team.title, team.status) == ('"红细胞"队', "active")
    assert event == TeamFormed(team=TEAM, site="XP11", title='"红细胞"队')
