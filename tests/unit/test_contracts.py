"""The check of compatibility: what would break a subscriber is found, what would not is let by."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.base import Event
from shared.contracts.registry import (
    all_events,
    breaks,
    documents,
    problems,
    published_by,
    schema_of,
)
from shared.contracts.vocabulary import (
    LABELS,
    ActivityKind,
    Audience,
    Department,
    Festival,
    Mode,
    SiteLevel,
    Theme,
)
from shared.settings import SERVICES

Schema = dict[str, Any]

OLD: Schema = {
    "properties": {
        "order": {"type": "string", "pattern": "^ord_"},
        "hands": {"type": "integer"},
        "theme": {"$ref": "#/$defs/Theme"},
        "modes": {"type": "array", "items": {"type": "string"}},
        "position": {"anyOf": [{"$ref": "#/$defs/Position"}, {"type": "null"}]},
    },
    "required": ["order", "hands"],
    "$defs": {
        "Theme": {"type": "string", "enum": ["theory", "policy"]},
        "Position": {
            "type": "object",
            "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}},
            "required": ["latitude", "longitude"],
        },
    },
}


def changed(change: Callable[[Schema], object]) -> Schema:
    schema = copy.deepcopy(OLD)
    change(schema)
    return schema


def found(change: Callable[[Schema], object]) -> list[str]:
    return breaks(OLD, changed(change))


def field(schema: Schema, name: str) -> Schema:
    inner: Schema = schema["properties"][name]
    return inner


def position(schema: Schema) -> Schema:
    inner: Schema = schema["$defs"]["Position"]
    return inner


def test_the_same_breaks_nothing() -> None:
    assert breaks(OLD, OLD) == []


def test_a_removed_field_breaks() -> None:
    assert found(lambda new: new["properties"].pop("modes")) == ["modes: removed"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("hands", lambda new: field(new, "hands").update(type="string")),
        ("hands", lambda new: field(new, "hands").update(type=["integer", "null"])),
        ("modes", lambda new: field(new, "modes").update(items={"type": "integer"})),
        ("theme", lambda new: new["$defs"]["Theme"].update(type="integer")),
        ("order", lambda new: field(new, "order").update(format="uuid")),
        ("position", lambda new: field(new, "position").update(anyOf=[{"type": "null"}])),
        ("position", lambda new: position(new)["properties"].pop("latitude")),
        ("position", lambda new: position(new)["properties"]["latitude"].update(type="string")),
    ],
)
def test_a_retyped_field_breaks(name: str, change: Callable[[Schema], object]) -> None:
    assert found(change)
    assert all(each.startswith(name) for each in found(change))


def test_a_field_that_is_no_longer_always_there_breaks() -> None:
    assert found(lambda new: new.update(required=["order"])) == ["hands: no longer always there"]


def test_a_field_inside_another_that_is_no_longer_always_there_breaks() -> None:
    assert found(lambda new: position(new).update(required=["longitude"]))


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["properties"].update(added={"type": "string"}),
        lambda new: new.update(required=["order", "hands", "modes"]),
        lambda new: field(new, "order").update(pattern="^[a-z]+_", description="other words"),
        lambda new: new["$defs"]["Theme"].update(enum=["theory", "policy", "culture"]),
        lambda new: position(new)["properties"].update(altitude={"type": "number"}),
    ],
    ids=["a field", "a promise", "words and bounds", "a value", "a field inside another"],
)
def test_what_is_added_breaks_nothing(change: Callable[[Schema], object]) -> None:
    assert found(change) == []


def written(folder: Path) -> None:
    for name, text in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_written_is_as_the_code_says(tmp_path: Path) -> None:
    written(tmp_path)

    assert problems(tmp_path, writing=False) == []


def test_a_document_that_is_out_of_date_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "asyncapi.json").write_text("{}")

    assert problems(tmp_path, writing=False) == [
        "asyncapi.json: not as the code says; run `make docs`"
    ]


def test_a_published_version_that_is_gone_from_the_code_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "schemas" / "shijian.orders.order.eaten.v1.json").write_text("{}")

    [found] = problems(tmp_path, writing=True)

    assert "a published version is gone" in found


@pytest.mark.parametrize("contract", all_events().values(), ids=lambda each: each.type)
def test_every_event_says_what_it_means_and_who_tells_it(contract: type[Event]) -> None:
    assert (contract.__doc__ or "").strip()
    assert contract.publisher in SERVICES
    assert schema_of(contract)["$id"] == f"urn:shijian:schema:{contract.type}"
    assert contract.type in published_by(contract.publisher)


PERSONAL = {"name", "phone", "telephone", "mobile", "id_number", "address", "birthday", "email"}


@pytest.mark.parametrize("contract", all_events().values(), ids=lambda each: each.type)
def test_no_event_has_a_field_for_personal_data(contract: type[Event]) -> None:
    assert not PERSONAL & contract.model_fields.keys()


@pytest.mark.parametrize(
    "word", [*Theme, *Mode, *SiteLevel, *Department, *Festival, *ActivityKind, *Audience]
)
def test_every_word_has_a_label_in_both_languages(word: Theme) -> None:
    english, chinese = LABELS[word]

    assert english.isascii()
    assert chinese and not chinese.isascii()


def test_words_that_are_spelt_alike_keep_their_own_labels() -> None:
    assert str(Mode.LECTURE) == str(ActivityKind.LECTURE)
    assert (LABELS[Mode.LECTURE][1], LABELS[ActivityKind.LECTURE][1]) == ("讲", "宣讲")
    assert LABELS[Festival.PARTY_DAY] != LABELS[ActivityKind.PARTY_DAY]
    assert len(set(LABELS)) < len(list(LABELS)) == len(LABELS)
