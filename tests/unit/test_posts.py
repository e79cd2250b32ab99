"""Posts of an activity: what shifts they ask for, and how a shift goes with its post."""

from datetime import timedelta
from typing import Any

import pytest

from services.events.model import holding
from services.events.model.activity import Activity
from services.volunteers.model import commands as asked
from services.volunteers.model.occasion import PostAsked
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift import Shift
from shared.contracts.base import Event
from shared.contracts.events import ActivityAnnounced
from shared.contracts.volunteers import CancelledBecause
from shared.errors import Unprocessable
from tests.unit.builders import ANN, BOB, HOUR, NOW, STARTS, TEAM, announce, session

WHY = CancelledBecause.ACTIVITY_CANCELLED
HALF = timedelta(minutes=30)


def post(code: str = "guide", **facts: Any) -> dict[str, Any]:
    return {"code": code, "title": "引导", "hands": 2} | facts


def told(**facts: Any) -> ActivityAnnounced:
    _, [event] = Activity.announce("act_one111", announce(**facts), NOW)
    assert isinstance(event, ActivityAnnounced)
    return event


def test_each_post_asks_for_a_shift_in_each_of_its_sessions() -> None:
    event = told(
        sessions=[session("a"), session("b")],
        posts=[post(minutes_before=30, minutes_after=60), post("tea", sessions=["b"])],
    )
    assert [(each.session, each.post) for each in event.helpers] == [
        *(("a", "guide"), ("b", "guide"), ("b", "tea")),
    ]
    first = event.helpers[0]
    assert (first.starts_at, first.ends_at) == (STARTS - HALF, STARTS + 2 * HOUR)
    assert (first.title, first.hands) == ("引导", 2)


def test_a_post_that_is_planned_by_hand_asks_for_nothing() -> None:
    event = told(posts=[post(by_hand=True, hands=500)])
    assert (event.helpers, event.posts) == ([], {"guide": 500})


def test_a_cancelled_session_wants_no_helpers() -> None:
    terms = announce(sessions=[session("a"), session("b")], posts=[post()])
    activity, _ = Activity.announce("act_one111", terms, NOW)
    holding.cancel_session(activity, "a", "雨", NOW)
    event = activity.tell_facts(ActivityAnnounced)
    assert [each.session for each in event.helpers] == ["b"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"posts": [post(), post()]}, "posts.1.code"),
        ({"posts": [post(sessions=["z"])]}, "posts.0.sessions"),
        ({"posts": [post(hands=201)]}, "posts.0.hands"),
        ({"posts": [post()], "ends_at": STARTS + 25 * HOUR}, "posts.0"),
        ({"posts": [post(minutes_after=480)], "ends_at": STARTS + 17 * HOUR}, "posts.0"),
        (
            {
                "sessions": [session(f"s{n}") for n in range(41)],
                "posts": [post(f"p{n}") for n in range(5)],
            },
            "posts",
        ),
    ],
)
def test_a_post_that_no_shift_can_serve_is_named(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        told(**facts)
    assert [each.field for each in refused.value.fields] == [field]


# ---- the shift of a post ----


def wanted(**facts: Any) -> PostAsked:
    usual: dict[str, Any] = {
        "code": "guide",
        "session": "1",
        "title": "引导",
        "hands": 2,
        "starts_at": STARTS,
        "ends_at": STARTS + HOUR,
    }
    return PostAsked(**(usual | facts))


def shift_of(post: PostAsked) -> Shift:
    return Shift.of_post("shf_one111", told(), post, RosterRules(), NOW)[0]


def filled(**facts: Any) -> Shift:
    """Ann and Bob are confirmed."""
    shift = shift_of(wanted(**facts))
    for id, volunteer in (("sup_ann111", ANN), ("sup_bob111", BOB)):
        shift.sign_up(id, asked.SignUpForShift(volunteer=volunteer, team=TEAM), NOW)
        shift.reserved(id, volunteer, NOW)
    return shift


def follow(shift: Shift, post: PostAsked | None, now: Any = NOW) -> list[str]:
    events: list[Event] = list(shift.follow_post(post, WHY, lambda id, *_: f"{id}x", now))
    return [each.name.removeprefix("volunteers.shift.") for each in events]


def test_an_activitys_shift_is_planned_for_its_session_at_the_posts_time() -> None:
    shift = shift_of(wanted())
    assert (shift.activity, shift.session, shift.post) == ("act_one111", "1", "引导")
    assert (shift.purpose, shift.hands, shift.free) == ("activity", 2, 2)
    with pytest.raises(Unprocessable):
        Shift.of_post("shf_two222", told(), wanted(starts_at=NOW), RosterRules(), NOW)


def test_another_time_takes_everybody_along_and_fewer_hands_put_nobody_out() -> None:
    shift = filled()
    later = wanted(starts_at=STARTS + HOUR, ends_at=STARTS + 2 * HOUR, hands=1)
    assert follow(shift, later) == ["released"] * 2 + ["changed"] + ["signed-up"] * 2
    assert (shift.starts_at, shift.hands, shift.free) == (STARTS + HOUR, 2, 0)
    assert follow(shift, later) == []


def test_what_a_leader_has_changed_by_hand_stays_until_the_activity_changes_it() -> None:
    shift = shift_of(wanted())
    by_hand = asked.ChangeShift(post="引导(南门)", hands=9)
    shift.change(by_hand, lambda id, *_: id, NOW)
    assert follow(shift, wanted(starts_at=STARTS + HALF)) == ["changed"]
    assert (shift.starts_at, shift.post, shift.hands) == (STARTS + HALF, "引导(南门)", 9)
    assert follow(shift, wanted(starts_at=STARTS + HALF, hands=3)) == ["changed"]
    assert (shift.post, shift.hands) == ("引导(南门)", 3)


def test_a_post_that_is_dropped_releases_whoever_is_in() -> None:
    shift = filled()
    assert follow(shift, None) == ["released", "released", "cancelled"]
    assert follow(shift, None) == []


def test_a_shift_that_somebody_has_come_to_stays_as_it_is() -> None:
    shift = filled()
    shift.check_in("sup_ann111", STARTS)
    assert follow(shift, wanted(hands=5), STARTS) == follow(shift, None, STARTS) == []
