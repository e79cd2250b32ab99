"""Qualifications with their graph and their end, and what a post may need."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.volunteers.model import commands as asked
from services.volunteers.model.commands import Channel
from services.volunteers.model.credentials import Credentials, Owner
from services.volunteers.model.person import Consented, Person, end_of
from services.volunteers.model.qualification import Catalogue, months_after
from services.volunteers.model.volunteer import RETENTION, Volunteer
from shared.contracts.personal import IdType
from shared.contracts.volunteers import (
    AgeBandTold,
    QualificationExpired,
    QualificationGranted,
    RefusalReason,
    VolunteerErased,
    VolunteerRestricted,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW, TEAM

OWNER = Owner("vol_ann111", "XP11")
LATER = NOW + timedelta(hours=1)


def defined(code: str, *includes: str, months: int | None = None) -> asked.DefineQualification:
    return asked.DefineQualification(
        code=code, title=code, title_en=code, includes=list(includes), valid_months=months
    )


def catalogue() -> Catalogue:
    """An instructor may all that a first-aider may, who may all that a helper may."""
    it = Catalogue()
    for each in (
        defined("helper"),
        defined("first-aid", "helper", months=24),
        defined("instructor", "first-aid"),
    ):
        it.define(each)
    return it


def granted(code: str, **facts: Any) -> asked.GrantQualification:
    usual = {
        "qualification": code,
        "evidence": "证书 A-1",
        "issuer": "红十字会",
        "granted_on": "2026-01-31",
    }
    return asked.GrantQualification.model_validate(usual | facts)


def volunteer() -> Volunteer:
    command = asked.RegisterVolunteer(person="P-000001", site="XP11")
    made, _ = Volunteer.register("vol_abcdefghijkl", command, NOW)
    made.verify(NOW)
    made.join(TEAM, NOW)
    return made


def kept(adult_on: datetime | None = None) -> Person:
    """What a document keeps of somebody; `adult_on`: of a minor."""
    return Person(
        name="sealed",
        id_type=IdType.RESIDENT_ID,
        id_number="sealed",
        telephone="sealed",
        address=None,
        born_on=None,
        name_masked="王**",
        id_number_masked="***",
        telephone_masked="***",
        consent=Consented("notice-2026", NOW, Channel.PAPER),
        adult_on=adult_on,
    )


def grant(credentials: Credentials, command: asked.GrantQualification) -> Any:
    of = catalogue()
    includes, until = of.includes(command.qualification), of.until(command)
    return credentials.grant(OWNER, command, includes, until, NOW)


def test_what_is_held_stands_for_all_that_it_includes() -> None:
    it = Credentials()
    [event] = grant(it, granted("instructor"))

    assert isinstance(event, QualificationGranted)
    assert event.includes == ["first-aid", "helper"]
    assert it.effective(NOW) == {"instructor", "first-aid", "helper"}


def test_nothing_includes_itself_however_far_around() -> None:
    it = catalogue()
    for includes in (["helper"], ["first-aid"], ["instructor"]):
        with pytest.raises(Unprocessable):
            it.define(defined("helper", *includes))
    with pytest.raises(Unprocessable, match="there is no qualification"):
        it.define(defined("new", "unknown"))
    with pytest.raises(Unprocessable):
        it.define(defined("insurance"))


@given(st.lists(st.tuples(st.integers(0, 7), st.sets(st.integers(0, 7), max_size=3)), max_size=30))
def test_however_the_catalogue_is_changed_no_circle_arises(
    changes: list[tuple[int, set[int]]],
) -> None:
    it = Catalogue()
    for code, includes in changes:
        command = defined(f"q{code}", *(f"q{each}" for each in includes))
        try:
            it.define(command)
        except Unprocessable:
            continue
    assert all(code not in it.includes(code) for code in it.kinds)


def test_it_ends_by_the_catalogue_and_that_is_told_once() -> None:
    person = volunteer()
    of = catalogue()
    command = granted("first-aid")
    person.credentials.grant(OWNER, command, of.includes("first-aid"), of.until(command), NOW)
    until = end_of(date(2028, 1, 31))

    assert person.due_at() == until
    assert person.pass_time(until - timedelta(seconds=1)) == []
    [event] = person.pass_time(until)
    assert isinstance(event, QualificationExpired)
    assert (event.qualification, event.includes) == ("first-aid", ["helper"])
    assert person.pass_time(until) == []
    assert person.due_at() is None


def test_it_does_not_count_from_its_end_on_though_no_clock_has_run() -> None:
    it = Credentials()
    grant(it, granted("first-aid", until="2026-10-09"))
    until = end_of(date(2026, 10, 9))

    assert it.refusal(["helper"], NOW, LATER, of_age=True) is None
    assert it.refusal(["helper"], until, until + timedelta(hours=1), of_age=True)


@pytest.mark.parametrize("facts", [{"until": "2026-10-08"}, {"granted_on": "2026-10-10"}])
def test_what_is_over_or_yet_to_come_is_not_granted(facts: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable):
        grant(Credentials(), granted("helper", **facts))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_end_where_there_is_no_such_day(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_a_revoked_one_is_gone_with_its_reason_kept() -> None:
    it = Credentials()
    grant(it, granted("helper"))
    command = asked.RevokeQualification(qualification="helper", reason="证书作废")

    [event] = it.revoke(OWNER, command, NOW)

    assert "证书作废" not in event.model_dump_json()
    assert it.effective(NOW) == set()
    assert [each.reason for each in it.revoked] == ["证书作废"]
    with pytest.raises(Conflict):
        it.revoke(OWNER, command, NOW)


INSURED = asked.RecordInsurance(
    insurer="人保", policy="PA-1", starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 9)
)


def test_each_need_of_a_post_is_refused_by_its_name_until_it_is_met() -> None:
    person = volunteer()
    needs = ["adult", "insurance", "risk-notice:ladder", "first-aid", "safety-course"]

    def refusal(ends_at: datetime = LATER) -> RefusalReason | None:
        return person.refusal(TEAM, needs, NOW, ends_at)

    assert refusal() is RefusalReason.NOT_ADULT  # nobody knows
    person.record(kept(), NOW)
    assert refusal() is RefusalReason.NOT_INSURED
    person.credentials.insure(OWNER, INSURED)
    assert refusal() is RefusalReason.NOT_BRIEFED
    person.credentials.acknowledge(person.owner, asked.AcknowledgeRisk(notice="ladder"), NOW)
    assert refusal() is RefusalReason.NOT_QUALIFIED
    grant(person.credentials, granted("instructor"))
    assert refusal() is RefusalReason.NOT_QUALIFIED
    training = {
        "training": "safety-course",
        "title": "安全培训",
        "minutes": 90,
        "completed_on": "2026-10-08",
        "organiser": "街道",
    }
    person.credentials.train(OWNER, asked.RecordTraining.model_validate(training), NOW)
    assert refusal() is None
    assert refusal(datetime(2026, 10, 9, 17, 0, tzinfo=UTC)) is RefusalReason.NOT_INSURED


def test_a_minor_is_refused_where_the_post_is_for_adults() -> None:
    assert Credentials().refusal(["adult"], NOW, LATER, of_age=False) is RefusalReason.NOT_ADULT
    assert Credentials().refusal(["adult"], NOW, LATER, of_age=True) is None


def test_whether_somebody_is_of_age_is_told_and_never_when_they_were_born() -> None:
    person = volunteer()
    birthday = NOW + timedelta(days=40)
    [event] = person.record(kept(adult_on=birthday), NOW)
    assert event == AgeBandTold(site="XP11", volunteer=person.id, adult=False)
    assert person.record(kept(adult_on=birthday), NOW) == []
    assert not person.of_age(NOW)

    assert person.due_at() == birthday
    assert person.pass_time(birthday - timedelta(seconds=1)) == []
    [event] = person.pass_time(birthday)
    assert event == AgeBandTold(site="XP11", volunteer=person.id, adult=True)
    assert (person.due_at(), person.pass_time(birthday)) == (None, [])


def test_erasure_restricts_first_where_there_are_hours_and_forgets_when_time_has_passed() -> None:
    person = volunteer()
    person.national_number = "320700000001"
    [_, event] = person.erase(NOW - timedelta(days=1), NOW)

    assert isinstance(event, VolunteerRestricted)
    assert event.until == NOW - timedelta(days=1) + RETENTION == person.due_at()
    assert str(person.status) == "restricted"
    assert person.pass_time(event.until - timedelta(seconds=1)) == []

    [gone] = person.pass_time(event.until)
    assert isinstance(gone, VolunteerErased)
    assert str(person.status) == "erased"
    assert person.person == "erased"
    assert not person.national_number
    assert person.due_at() is None


def test_without_hours_or_after_the_time_nothing_is_kept() -> None:
    for last_served in (None, NOW - RETENTION):
        person = volunteer()
        person.suspend(asked.SuspendVolunteer(reason="投诉"), NOW)
        events = person.erase(last_served, NOW)
        assert isinstance(events[-1], VolunteerErased)
        assert person.reason is None
        assert person.credentials == Credentials()


def test_an_insurance_is_kept_for_claims_about_it() -> None:
    person = volunteer()
    person.credentials.insure(OWNER, INSURED)
    person.erase(None, NOW)
    assert person.kept_until == end_of(date(2026, 10, 9)) + RETENTION
