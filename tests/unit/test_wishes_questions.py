"""Wishes, questions, snapshots, surveys: what is particular to each."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.orders.model.commands.question import AskQuestion, RouteQuestion
from services.orders.model.commands.snapshot import AcceptSnapshot, TakeSnapshot
from services.orders.model.commands.survey import AnswerSurvey
from services.orders.model.commands.texts import FileRef
from services.orders.model.commands.wish import Claimant, ClaimWish, GrantWish
from services.orders.model.question import Question
from services.orders.model.snapshot import KINDS, SnapshotStatus
from services.orders.model.survey import Offer, Option, SurveyAnswer, against_menu
from services.orders.model.wish import WishStatus
from services.orders.working_time import OfficeHours
from shared.clock import SHANGHAI
from shared.contracts.base import Contract
from shared.contracts.orders import (
    ClaimEnd,
    PolicyTopic,
    QuestionAnswered,
    QuestionAsked,
    QuestionOverdue,
    QuestionRouted,
    SnapshotKind,
    SnapshotMended,
    SnapshotReturned,
    SurveyAnswered,
    SurveyClosed,
    WishGranted,
    WishLapsed,
    WishReleased,
    WishWithdrawn,
)
from shared.contracts.texts import PlainNote
from shared.contracts.vocabulary import Department, Theme
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW, STARTS
from tests.unit.test_request_states import (
    ANSWER,
    TIME,
    asked_question,
    open_survey,
    snapshot_that_is,
    taken_snapshot,
    wish_that_is,
)

DAY = timedelta(days=1)


# ---- wishes ----


def test_a_claim_that_is_not_kept_ends_and_others_may_claim() -> None:
    wish = wish_that_is(WishStatus.CLAIMED)
    assert wish.claim
    until = wish.claim.until

    assert wish.pass_time(until - timedelta(milliseconds=1)) == []
    [event] = wish.pass_time(until)

    assert isinstance(event, WishReleased)
    assert (event.reason, event.department) == (ClaimEnd.EXPIRED, Department.TRADE_UNION)
    assert [wish.status, wish.claim] == [WishStatus.OPEN, None]
    wish.take(ClaimWish(claimant=Claimant(volunteer="vol_ann111"), days=1), until)
    [granted] = wish.grant(GrantWish(photographs=["fil_abcdef"]), until)
    assert isinstance(granted, WishGranted)
    assert (granted.volunteer, granted.department, granted.photographs) == ("vol_ann111", None, 1)
    assert [each.ended for each in wish.earlier_claims] == [ClaimEnd.EXPIRED]


def test_a_wish_taken_back_frees_who_claimed_it() -> None:
    released, withdrawn = wish_that_is(WishStatus.CLAIMED).withdraw(NOW)

    assert isinstance(released, WishReleased) and released.reason is ClaimEnd.WITHDRAWN
    assert isinstance(withdrawn, WishWithdrawn)


def test_a_wish_that_nobody_claims_ends_after_half_a_year() -> None:
    wish = wish_that_is(WishStatus.OPEN)

    assert wish.pass_time(NOW + 179 * DAY) == []
    [event] = wish.pass_time(NOW + 180 * DAY)

    assert isinstance(event, WishLapsed) and wish.due_at() is None


@pytest.mark.parametrize("who", [{}, {"volunteer": "vol_ann111", "unit": "U-1"}])
def test_a_claim_is_by_exactly_one(who: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Claimant.model_validate(who)


# ---- questions ----


def test_a_question_goes_by_its_topic_and_its_answer_tells_the_time_it_took() -> None:
    question = asked_question()  # Friday, 9 October 2026, 09:00 in Shanghai
    [routed] = question.route(RouteQuestion(), NOW, TIME)
    assert isinstance(routed, QuestionRouted)
    assert routed.department is Department.JUSTICE_OFFICE

    [answered] = question.reply(ANSWER, NOW + timedelta(days=1, hours=1), TIME)

    # Saturday, 10 October 2026, is a working day: it is worked for the National Day holiday.
    assert isinstance(answered, QuestionAnswered)
    assert (answered.minutes, answered.working_minutes) == (25 * 60, 390 + 90)
    assert answered.routings == 1


def test_one_who_knows_whose_question_it_is_routes_it_at_once() -> None:
    command = AskQuestion(
        site="XP11",
        resident="R-1001",
        topic=PolicyTopic.OTHER,
        text="怎么办?",
        department=Department.WOMENS_FEDERATION,
    )
    question, events = Question.ask("qst_two222", command, "office", NOW, TIME)

    asked, routed = events
    assert isinstance(asked, QuestionAsked) and isinstance(routed, QuestionRouted)
    assert question.department is Department.WOMENS_FEDERATION


def test_a_question_is_told_as_overdue_once_in_each_stage() -> None:
    question = asked_question()
    first = question.due
    [event] = question.pass_time(first)
    assert isinstance(event, QuestionOverdue) and event.department is None
    assert question.due_at() is None and question.pass_time(first + 9 * DAY) == []

    question.route(RouteQuestion(), first + DAY, TIME)
    assert question.due_at() == TIME.after(first + DAY, 3 * 420)
    [event] = question.pass_time(question.due)
    assert isinstance(event, QuestionOverdue)
    assert event.department is Department.JUSTICE_OFFICE


def test_a_question_is_not_routed_to_where_it_is() -> None:
    question = asked_question()
    question.route(RouteQuestion(), NOW, TIME)

    with pytest.raises(Unprocessable):
        question.route(RouteQuestion(department=Department.JUSTICE_OFFICE), NOW, TIME)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-02T09:00", "2026-11-02T09:30", 30),
        ("2026-11-02T11:50", "2026-11-02T14:10", 20),  # over noon
        ("2026-11-02T17:00", "2026-11-03T09:00", 60),  # over night
        ("2026-11-06T17:30", "2026-11-09T08:30", 0),  # over a weekend
        ("2026-10-01T09:00", "2026-10-07T17:30", 0),  # the National Day holiday
        ("2026-10-10T08:30", "2026-10-10T17:30", 420),  # a Saturday that is worked
        ("2031-11-03T08:30", "2031-11-03T17:30", 420),  # a year not yet arranged
    ],
)
def test_working_minutes_are_those_of_open_offices(start: str, end: str, minutes: int) -> None:
    assert OfficeHours().minutes_between(at(start), at(end)) == minutes


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    st.integers(min_value=1, max_value=5000),
)
def test_so_many_minutes_after_is_where_so_many_have_passed(start: datetime, minutes: int) -> None:
    begins = start.replace(tzinfo=SHANGHAI, second=0, microsecond=0)

    assert TIME.minutes_between(begins, TIME.after(begins, minutes)) == minutes


# ---- snapshots ----


def test_a_snapshot_whose_order_cannot_be_placed_is_decided_again() -> None:
    snapshot = snapshot_that_is(SnapshotStatus.ACCEPTED)

    assert snapshot.returned("ord_other1", "", NOW) == []
    [event] = snapshot.returned("ord_one111", "该服务项目已下架", NOW)

    assert isinstance(event, SnapshotReturned) and event.order == "ord_one111"
    assert (snapshot.status, snapshot.order) == (SnapshotStatus.TAKEN, None)
    assert snapshot.ordered(NOW) == [] and snapshot.returned("ord_one111", "", NOW) == []


def test_a_snapshot_is_mended_by_the_order_it_became_and_by_no_earlier_one() -> None:
    snapshot = snapshot_that_is(SnapshotStatus.ORDERED)
    assert snapshot.mended("ord_other1", NOW) == []

    [event] = snapshot.mended("ord_one111", NOW)

    assert isinstance(event, SnapshotMended) and snapshot.status is SnapshotStatus.MENDED
    assert snapshot.mended("ord_one111", NOW) == []
    assert snapshot.returned("ord_one111", None, NOW) == []


def test_an_accepted_snapshot_orders_what_was_decided() -> None:
    snapshot = taken_snapshot()
    command = AcceptSnapshot(item="itm_sweep1", starts_at=STARTS, hands=3)
    snapshot.accept(command, "ord_one111", "office", NOW)

    placing = snapshot.placing()

    assert (placing.item, placing.site, placing.resident) == ("itm_sweep1", "XP11", "R-1001")
    assert (placing.starts_at, placing.hands) == (STARTS, 3)


def test_every_kind_of_snapshot_has_a_label_and_a_theme() -> None:
    assert set(KINDS) == set(SnapshotKind)


# ---- surveys ----


def answer(**facts: object) -> AnswerSurvey:
    return AnswerSurvey.model_validate({"site": "XP11", "wants": ["haircut"]} | facts)


def test_an_answer_names_options_that_are_there() -> None:
    survey = open_survey()

    with pytest.raises(Unprocessable, match="haircut"):
        SurveyAnswer.give("ans_one111", survey, answer(wants=["nothing"]), "office", NOW)
    with pytest.raises(Conflict):
        SurveyAnswer.give("ans_one111", survey, answer(), "office", survey.closes_at)
    _, [event] = SurveyAnswer.give("ans_one111", survey, answer(voices=12), "office", NOW)
    assert isinstance(event, SurveyAnswered) and event.voices == 12


def test_a_survey_closes_by_itself() -> None:
    survey = open_survey()

    assert survey.pass_time(survey.closes_at - DAY) == []
    [event] = survey.pass_time(survey.closes_at)

    assert isinstance(event, SurveyClosed) and survey.due_at() is None


def test_a_resident_has_one_voice() -> None:
    with pytest.raises(ValidationError, match="voices should be 1"):
        answer(resident="R-1001", voices=2)


def test_needs_are_set_against_the_menu_site_by_site() -> None:
    survey = open_survey()
    survey.options = {
        "haircut": Option("理发", Theme.CIVILITY, ["itm_hair11"]),
        "law": Option("法律咨询", Theme.POLICY, ["itm_law111"]),
        "choir": Option("合唱团", Theme.CULTURE, []),
    }
    menu = [
        Offer(item="itm_hair11", title="理发", theme=Theme.CIVILITY, sites=frozenset()),
        Offer(item="itm_law111", title="咨询", theme=Theme.POLICY, sites=frozenset({"XP12"})),
        Offer(item="itm_chess1", title="象棋", theme=Theme.CULTURE, sites=frozenset({"XP11"})),
    ]
    voices = {("XP11", "haircut"): 3, ("XP11", "law"): 9, ("XP12", "law"): 1, ("XP12", "choir"): 2}

    found = against_menu(survey, voices, menu)

    met = [(each.site, each.option, each.voices) for each in found.asked_and_offered]
    missing = [(each.site, each.option, each.voices) for each in found.asked_not_offered]
    assert met == [("XP11", "haircut", 3), ("XP12", "law", 1)]
    assert missing == [("XP11", "law", 9), ("XP12", "choir", 2)]
    unasked = [(each.site, each.item) for each in found.offered_not_asked]
    assert unasked == [("XP11", "itm_chess1"), ("XP12", "itm_hair11")]


# ---- texts ----


class Texts(Contract):
    note: PlainNote = "."
    file: FileRef = "fil_abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678",
        "call 138 1234 5678 please",
        "138-1234-5678",
        "身份证320705194903071234",
        "32070519490307123x",
        "0518-85412345",
    ],
)
def test_a_text_that_many_read_holds_no_number_of_a_person(text: str) -> None:
    with pytest.raises(ValidationError, match="telephone or identity"):
        Texts(note=text)


@pytest.mark.parametrize(
    "text",
    ["3 号楼 2 单元 501", "2026-11-24 09:00", "订单 20261124000012345678901", "预算 1500 元"],
)
def test_other_numbers_may_stand_in_a_text(text: str) -> None:
    assert Texts(note=text).note == text


@pytest.mark.parametrize(
    ("file", "good"),
    [
        ("fil_abcdef", True),
        ("https://photos.example.cn/a/1.jpg?size=2", True),
        ("http://photos.example.cn/1.jpg", False),
        ("javascript:alert(1)", False),
        ("https://a b/1.jpg", False),
    ],
)
def test_a_photograph_is_an_attachment_or_an_https_address(file: str, good: bool) -> None:
    if good:
        assert Texts(file=file).file == file
    else:
        with pytest.raises(ValidationError):
            Texts(file=file)


def test_a_snapshot_takes_nine_photographs_at_most() -> None:
    with pytest.raises(ValidationError):
        TakeSnapshot(
            site="XP11",
            resident="R-1001",
            kind=SnapshotKind.PILES,
            photographs=["fil_abcdef"] * 10,
        )
