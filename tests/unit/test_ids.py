"""Ids: the same question, the same id; no question, an id that nobody can guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.base import Id, PersonRef, SiteCode
from shared.storage.ids import derived_id, random_id

part = st.text("abc\0", max_size=6).filter(lambda text: "\0" not in text)


@given(st.lists(part, max_size=4), st.lists(part, max_size=4))
def test_two_ids_are_the_same_only_for_the_same_parts(one: list[str], other: list[str]) -> None:
    same = derived_id("ord", *one) == derived_id("ord", *other)

    assert same == ((one or [""]) == (other or [""]))


def test_random_ids_differ() -> None:
    assert len({random_id("ord") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("id", [derived_id("ord", "a"), random_id("team")])
def test_what_is_made_is_an_id(id: str) -> None:
    assert TypeAdapter(Id).validate_python(id) == id


@pytest.mark.parametrize("number", ["13800001234", "32070519900101123X", "320705199001011234"])
def test_a_telephone_or_identity_number_is_no_reference_to_a_person(number: str) -> None:
    with pytest.raises(ValidationError, match="derived number"):
        TypeAdapter(PersonRef).validate_python(number)


@pytest.mark.parametrize("reference", ["R-000001", "1380000123", "P2026-00000000001"])
def test_a_derived_number_is_a_reference_to_a_person(reference: str) -> None:
    assert TypeAdapter(PersonRef).validate_python(reference) == reference


@pytest.mark.parametrize("code", ["XP1", "xp11", "XP11 ", "XP11\n", "XP12345", "X111"])
def test_only_a_station_code_is_a_site(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(SiteCode).validate_python(code)
