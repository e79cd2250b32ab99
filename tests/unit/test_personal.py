"""Personal data: its forms and checks, how it is masked, and that no error repeats a value."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.volunteers.model.commands import FindPerson, PersonGiven, RecordAward
from services.volunteers.model.person import age_problem, comes_of_age, end_of
from shared.contracts.personal import (
    IdType,
    Telephone,
    card_problem,
    looks_personal,
    mask_name,
    mask_number,
    mask_telephone,
    number_problem,
)
from tests.unit.persons import card, person, telephone

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


@given(st.dates(min_value=datetime(1900, 1, 1).date()), st.integers(0, 999))
def test_a_card_with_its_check_digit_is_taken_and_with_any_other_it_is_not(
    born: Any, sequence: int
) -> None:
    number = card(born.strftime("%Y%m%d"), sequence)
    assert card_problem(number) == ""
    for check in set("0123456789X") - {number[-1]}:
        assert card_problem(number[:-1] + check)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_digit_that_is_read_wrongly_is_found(place: int, off: int) -> None:
    number = card()
    wrong = str((int(number[place]) + off) % 10)
    assert card_problem(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("320705620314001", "15 digits"),
        (card(born="19620230"), "day of birth"),
        ("32070519620314001", "17 digits and a digit"),
        ("A" + card()[1:], "17 digits and a digit"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(number: str, words: str) -> None:
    assert words in card_problem(number)


@pytest.mark.parametrize(
    ("type", "number", "good"),
    [
        (IdType.HK_MACAO_PERMIT, "H12345678", True),
        (IdType.HK_MACAO_PERMIT, "12345678", False),
        (IdType.TAIWAN_PERMIT, "12345678", True),
        (IdType.PASSPORT, "E12345678", True),
        (IdType.PASSPORT, "护照", False),
        (IdType.FOREIGN_RESIDENT, "CHN320000000001", True),
        (IdType.RESIDENCE_PERMIT, card(region="810000"), True),
        (IdType.RESIDENT_ID, "E12345678", False),
    ],
)
def test_a_number_fits_the_type_of_its_document(type: IdType, number: str, good: bool) -> None:
    assert (number_problem(type, number) == "") is good


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("199 0000 0001", "19900000001"),
        ("+86-199-0000-0001", "19900000001"),
        ("19900000001", "19900000001"),
        ("0518-85400001", "051885400001"),
        ("010-65200001", "01065200001"),
    ],
)
def test_a_telephone_has_one_form(written: str, kept: str) -> None:
    assert TypeAdapter(Telephone).validate_python(written) == kept


@pytest.mark.parametrize("written", ["12345678901", "1990000000", "85400001", "telephone", ""])
def test_what_is_no_telephone_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Telephone).validate_python(written)


def test_a_card_has_one_form_so_that_it_is_found_again() -> None:
    number = next(n for n in (card(sequence=i) for i in range(50)) if n.endswith("X"))
    written = f" {number[:6]} {number[6:14]} {number[14:]}".replace("X", "x")
    assert PersonGiven.model_validate(person(id_number=written)).id_number == number


@pytest.mark.parametrize(
    "facts",
    [
        {"id_number": card()[:-1] + ("0" if card()[-1] != "0" else "1")},
        {"telephone": "12345678901"},
        {"name": "王1"},
        {"address": "路"},
        {"id_type": "passport", "id_number": "护照护照护照"},
    ],
)
def test_no_error_and_no_repr_shows_a_value(facts: dict[str, Any]) -> None:
    body = person() | facts
    with pytest.raises(ValidationError) as refused:
        PersonGiven.model_validate(body)

    shown = str(refused.value.errors(include_input=False, include_url=False, include_context=False))
    good = repr(PersonGiven.model_validate(person()))
    for value in (body["id_number"], body["telephone"], body["address"]):
        assert value not in shown
        assert value not in good


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_name("王小明"), "王**"),
        (mask_number("320705196203140012"), "3****************2"),
        (mask_telephone("19900000001"), "199****0001"),
    ],
)
def test_what_is_masked_can_not_be_read(masked: str, shown: str) -> None:
    assert masked == shown


def test_numbers_of_people_are_noticed_in_free_text() -> None:
    assert looks_personal(f"请打{telephone()}")
    assert looks_personal(f"证件 {card()}。")
    assert not looks_personal("2026年10月09日 第320705号 保单 8800123456789012345")
    with pytest.raises(ValidationError, match="looks like"):
        RecordAward.model_validate(
            {"title": telephone(), "level": "city", "organisation": "市", "given_on": "2026-10-01"}
        )


def test_a_search_is_by_one_number() -> None:
    for body in ({}, {"id_number": card(), "telephone": telephone()}):
        with pytest.raises(ValidationError):
            FindPerson.model_validate(body)


def test_who_is_under_eighteen_needs_a_guardian_until_the_birthday() -> None:
    born = datetime(2008, 10, 9).date()
    birthday = comes_of_age(born)
    assert birthday.isoformat() == "2026-10-09T00:00:00+08:00"
    eve = end_of(datetime(2026, 10, 7).date())

    assert age_problem(born, False, eve, eve)
    assert age_problem(born, True, eve, eve) is None
    assert age_problem(born, False, eve, birthday) is None
    leap = comes_of_age(datetime(2008, 2, 29).date())
    assert leap.isoformat() == "2026-03-01T00:00:00+08:00"


def test_a_birth_or_a_consent_in_the_future_is_refused() -> None:
    born = datetime(1990, 1, 1).date()
    assert age_problem(datetime(2027, 1, 1).date(), True, NOW, NOW)
    assert age_problem(None, True, NOW, NOW)
    assert age_problem(born, False, NOW.replace(year=2027), NOW)
    assert age_problem(born, False, NOW, NOW) is None
