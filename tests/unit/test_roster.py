"""Bulk plans, the one calendar over orders, duty and activities, and what follows no-shows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.model import commands as asked
from services.volunteers.model.calendar import CHECK_IN_OPENS, Calendar, Gaps
from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.occasion import Occasion
from services.volunteers.model.plan import MOST_SHIFTS, SHANGHAI, Plan, Template
from services.volunteers.model.roster_rules import RosterRules
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.events import ActivityChanged, SessionTold
from shared.contracts.orders import OrderAccepted
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import ShiftPurpose, ShiftSignedUp, SignedUp
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import ANN, NOW, TEAM

# ---- one calendar ----


def order(id: str, start: int, minutes: int = 60, site: str = "XP11") -> OrderAccepted:
    """An acceptance for a time `start` minutes from now."""
    return OrderAccepted(
        order="ord_one111",
        site=site,
        item="itm_haircut",
        theme=Theme.CIVILITY,
        modes=[Mode.HELP],
        acceptance=id,
        volunteer=ANN,
        team=TEAM,
        starts_at=NOW + timedelta(minutes=start),
        ends_at=NOW + timedelta(minutes=start + minutes),
    )


def shift(
    id: str,
    start: int,
    minutes: int = 60,
    purpose: str = "duty",
    site: str = "XP11",
    **facts: Any,
) -> ShiftSignedUp:
    return ShiftSignedUp(
        shift="shf_one111",
        site=site,
        theme=Theme.CIVILITY,
        modes=[Mode.HELP],
        sign_up=id,
        volunteer=ANN,
        team=TEAM,
        purpose=ShiftPurpose(purpose),
        qualifications=[],
        starts_at=NOW + timedelta(minutes=start),
        ends_at=NOW + timedelta(minutes=start + minutes),
        by_leader=False,
        **facts,
    )


def kinds(events: Sequence[Event]) -> list[str]:
    return [each.name.removeprefix("volunteers.") for each in events]


@pytest.mark.parametrize(
    "first",
    [order("acc_one111", 120), shift("sup_one111", 120), shift("sup_one111", 120, 60, "activity")],
)
@pytest.mark.parametrize(
    "second",
    [order("acc_two111", 179), shift("sup_two111", 179), shift("sup_two111", 179, 60, "activity")],
)
def test_orders_duty_and_activities_stand_in_one_calendar(first: Any, second: Any) -> None:
    calendar = Calendar(ANN)
    [reserved] = calendar.reserve(first, None, NOW)
    [refused] = calendar.reserve(second, None, NOW)

    assert reserved.name.endswith("booking.reserved")
    assert refused.name.endswith("booking.refused")
    assert ("shift" in refused.name) == isinstance(second, ShiftSignedUp)


def test_a_gap_can_be_asked_for_and_a_longer_one_between_sites() -> None:
    gaps = Gaps(at_one_site=15, between_sites=40)
    calendar = Calendar(ANN)
    calendar.reserve(order("acc_one111", 120), None, NOW, gaps)

    tries = [
        ("sup_no0001", 180 + 14, "XP11", "refused"),
        ("sup_no0002", 180 + 39, "XP12", "refused"),
        ("sup_no0003", 180 + 40, "XP12", "reserved"),
        ("sup_no0004", 120 - 60 - 15, "XP11", "reserved"),
    ]
    for id, start, site, outcome in tries:
        [event] = calendar.reserve(shift(id, start, site=site), None, NOW, gaps)
        assert event.name.endswith(outcome), (start, site)


def test_an_override_releases_what_is_in_the_way_and_tells_whose_it_was() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(order("acc_one111", 120), None, NOW)
    calendar.reserve(shift("sup_one111", 180), None, NOW)

    events = calendar.reserve(shift("sup_two111", 150, override=True), None, NOW)

    assert kinds(events) == [
        "booking.released",
        "booking.refused",
        "shift-booking.released",
        "shift-booking.refused",
        "shift-booking.reserved",
    ]
    refused = [event for event in events if event.name.endswith("refused")]
    assert [getattr(each, "reason", "") for each in refused] == ["overridden", "overridden"]
    assert list(calendar.bookings) == ["sup_two111"]
    again = calendar.reserve(order("acc_one111", 400), None, NOW)  # what lost stays lost
    assert kinds(again) == ["booking.refused"]


def test_an_override_does_not_take_away_what_somebody_may_have_come_for() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(order("acc_one111", 120), None, NOW)
    soon = NOW + timedelta(minutes=120) - CHECK_IN_OPENS

    [event] = calendar.reserve(shift("sup_two111", 150, override=True), None, soon)

    assert isinstance(event, told.ShiftBookingRefused) and event.reason == "overlap"
    assert list(calendar.bookings) == ["acc_one111"]


def test_an_override_is_no_way_round_the_other_rules() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(order("acc_one111", 120), None, NOW)

    refusal = told.RefusalReason.NOT_QUALIFIED
    [event] = calendar.reserve(shift("sup_two111", 150, override=True), refusal, NOW)

    assert isinstance(event, told.ShiftBookingRefused)
    assert list(calendar.bookings) == ["acc_one111"]


steps = st.lists(
    st.tuples(
        st.sampled_from(["order", "duty", "activity", "override", "release"]),
        st.integers(0, 12),
        st.integers(61, 600),
        st.integers(1, 240),
    ),
    max_size=60,
)


@given(steps, st.integers(0, 30))
@settings(max_examples=150, deadline=None)
def test_no_path_books_a_person_twice(steps: list[tuple[str, int, int, int]], gap: int) -> None:
    calendar, gaps = Calendar(ANN), Gaps(gap, gap)
    over: set[str] = set()
    for path, number, start, minutes in steps:
        id = f"sup_no{number:06}"
        if path == "release":
            calendar.release(id, NOW)
            over.add(id)
        elif path == "order":
            calendar.reserve(order(id, start, minutes), None, NOW, gaps)
        else:
            purpose = "activity" if path == "activity" else "duty"
            wanted = shift(id, start, minutes, purpose, override=path == "override")
            calendar.reserve(wanted, None, NOW, gaps)
        times = sorted((b.starts_at, b.ends_at) for b in calendar.bookings.values())
        assert all(
            end + timedelta(minutes=gap) <= start for (_, end), (start, _) in pairwise(times)
        )
        assert not over & calendar.bookings.keys()
        assert not calendar.released.keys() & calendar.bookings.keys()


# ---- bulk plans ----


def template(*slots: tuple[int, str], **facts: Any) -> Template:
    usual: dict[str, Any] = {
        "site": "XP11",
        "title": "窗口",
        "post": "窗口值班",
        "theme": "civility",
        "modes": ["help"],
        "slots": [{"weekday": day, "at": at, "minutes": 180, "hands": 2} for day, at in slots],
    }
    made, _ = Template.make(asked.MakeTemplate.model_validate(usual | facts))
    return made


def plan(of: Template, first: str, last: str, *without: str) -> Plan:
    command = asked.MakePlan(
        template="tmpl_one111",
        from_day=date.fromisoformat(first),
        until_day=date.fromisoformat(last),
        without=[date.fromisoformat(each) for each in without],
    )
    made, [event] = Plan.make("plan_one111", command, of, NOW)
    assert isinstance(event, told.PlanMade) and event.shifts == len(made.shifts)
    return made


def test_a_plan_lays_out_each_week_by_the_clock_on_the_wall() -> None:
    made = plan(template((1, "14:00"), (1, "08:30"), (7, "09:00")), "2026-10-12", "2026-10-25")

    begins = [each.starts_at.astimezone(SHANGHAI).strftime("%a %d %H:%M") for each in made.shifts]
    assert begins == [
        *("Mon 12 08:30", "Mon 12 14:00", "Sun 18 09:00"),
        *("Mon 19 08:30", "Mon 19 14:00", "Sun 25 09:00"),
    ]
    assert {each.ends_at - each.starts_at for each in made.shifts} == {timedelta(hours=3)}
    assert {each.hands for each in made.shifts} == {2}


def test_days_can_be_left_out_and_what_is_past_is() -> None:
    made = plan(template((5, "08:30"), (5, "14:00")), "2026-10-02", "2026-10-16", "2026-10-16")

    # now is Friday the 9th, nine o'clock
    assert [each.starts_at for each in made.shifts] == [datetime(2026, 10, 9, 14, tzinfo=SHANGHAI)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-10-20", "2026-10-19"),  # backwards
        ("2026-10-01", "2026-10-02"),  # nothing ahead
        ("2026-10-12", "2028-01-01"),  # too long
        ("2026-10-12", "2027-10-12"),  # too many
    ],
)
def test_a_plan_of_no_days_or_too_many_is_refused(first: str, last: str) -> None:
    daily = template(*((day, f"{hour:02}:00") for day in range(1, 8) for hour in (8, 12)))
    assert MOST_SHIFTS < 2 * 366

    with pytest.raises(Unprocessable):
        plan(daily, first, last)


def test_a_plan_is_undone_once_and_a_retired_template_plans_nothing() -> None:
    of = template((1, "08:30"))
    made = plan(of, "2026-10-12", "2026-10-25")

    [event] = made.undo("plan_one111", asked.UndoPlan(signed_up=SignedUp.KEEP), NOW)
    assert isinstance(event, told.PlanUndone) and event.signed_up == "keep"
    with pytest.raises(Conflict):
        made.undo("plan_one111", asked.UndoPlan(signed_up=SignedUp.CANCEL), NOW)

    of.retire(NOW)
    with pytest.raises(Unprocessable):
        plan(of, "2026-10-12", "2026-10-25")


# ---- no-shows ----

RULES = RosterRules(misses=2, misses_within_days=30, bar_days=10)
DAY = timedelta(days=1)


def test_enough_no_shows_within_the_time_bar_and_the_bar_ends_by_itself() -> None:
    known = NoShows(ANN)
    assert known.miss("sup_one111", NOW - 31 * DAY, RULES, NOW - 31 * DAY) == []
    assert known.miss("sup_two111", NOW - DAY, RULES, NOW - DAY) == []  # the first is too old

    [event] = known.miss("sup_tre111", NOW, RULES, NOW)

    assert isinstance(event, told.VolunteerBarred)
    assert (event.missed, event.until) == (2, NOW + 10 * DAY)
    assert known.is_barred(NOW + 10 * DAY - timedelta(seconds=1))
    assert known.due_at() == NOW + 10 * DAY
    assert kinds(known.pass_time(NOW + 10 * DAY)) == ["volunteer.unbarred"]
    assert not known.is_barred(NOW + 10 * DAY)
    assert known.miss("sup_for111", NOW + 11 * DAY, RULES, NOW + 11 * DAY) == []


def test_the_same_no_show_counts_once_and_an_excused_one_lifts_the_bar() -> None:
    known = NoShows(ANN)
    known.miss("sup_one111", NOW, RULES, NOW)
    assert known.miss("sup_one111", NOW, RULES, NOW) == []
    known.miss("sup_two111", NOW, RULES, NOW)

    assert kinds(known.excuse("sup_one111", RULES, NOW)) == ["volunteer.unbarred"]
    assert not known.is_barred(NOW)
    assert known.excuse("sup_one111", RULES, NOW) == []


def test_rules_can_say_that_no_shows_are_counted_only() -> None:
    known, mild = NoShows(ANN), RosterRules(misses=1, bar_days=0)

    assert known.miss("sup_one111", NOW, mild, NOW) == []
    assert (len(known.missed), known.is_barred(NOW)) == (1, False)


# ---- what shifts are for ----


def announced(revision: int, **starts: datetime) -> ActivityChanged:
    sessions = [
        SessionTold(session=code, starts_at=at, ends_at=at + timedelta(hours=1))
        for code, at in starts.items()
    ]
    return ActivityChanged(
        site="XP11",
        activity="act_one111",
        theme=Theme.CULTURE,
        modes=[Mode.HOST],
        series=None,
        title="阅读",
        starts_at=min(starts.values()),
        ends_at=max(starts.values()) + timedelta(hours=1),
        capacity=10,
        sessions=sessions,
        revision=revision,
    )


def named(session: str, post: str, revision: int) -> str:
    return f"shf_{session}_{post}_{revision}"


def test_an_activity_is_known_as_it_was_heard_last_whatever_comes_late() -> None:
    known = Occasion(ShiftPurpose.ACTIVITY)
    known.stands(announced(0, first=NOW, second=NOW + DAY), named)
    known.stands(announced(2, first=NOW, second=NOW + 3 * DAY), named)
    known.stands(announced(1, first=NOW, second=NOW + 2 * DAY), named)

    assert known.begins("second") == NOW + 3 * DAY
    assert known.begins(None) == NOW
    known.require_standing("second")
    with pytest.raises(Unprocessable):
        known.require_standing("third")
    known.drop_session("second", 3)
    known.stands(announced(2, first=NOW, second=NOW + 3 * DAY), named)
    assert known.begins("second") is None
    known.cancel(NOW)
    assert known.begins(None) is None
    with pytest.raises(Unprocessable):
        known.require_standing(None)
