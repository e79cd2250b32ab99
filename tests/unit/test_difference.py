"""The smallest update of a stored state: applied to the one, it gives the other."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.storage.aggregates import difference

Document = dict[str, Any]

keys = st.text(alphabet="abc", min_size=1, max_size=2)
leaves = st.none() | st.integers(0, 2) | st.text("xy", max_size=2) | st.lists(st.integers(0, 1))
states = st.recursive(
    st.dictionaries(keys, leaves, max_size=4),
    lambda inner: st.dictionaries(keys, leaves | inner, max_size=4),
    max_leaves=12,
)


def applied(before: Document, changes: dict[str, Document]) -> Document:
    """As MongoDB would."""
    document: Document = {"state": copy.deepcopy(before)}
    for operator, fields in changes.items():
        for path, value in fields.items():
            *parents, last = path.split(".")
            parent = document
            for name in parents:
                parent = parent[name]
            if operator == "$set":
                parent[last] = value
            else:
                del parent[last]
    found: Document = document["state"]
    return found


@given(states, states)
def test_applied_to_what_was_it_gives_what_is(before: Document, after: Document) -> None:
    assert applied(before, difference(before, after)) == after


@given(states)
def test_nothing_changed_writes_nothing(state: Document) -> None:
    assert difference(state, copy.deepcopy(state)) == {}


@given(states, states)
def test_no_two_paths_of_one_update_meet(before: Document, after: Document) -> None:
    """MongoDB refuses an update that names a path and one below it."""
    paths = [path for fields in difference(before, after).values() for path in fields]
    assert not [(a, b) for a in paths for b in paths if b.startswith(f"{a}.")]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"$set": {"state.a.c": 3}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"$unset": {"state.a.c": ""}}),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, {"$set": {"state.a": [1, 2, 3]}}),
        ({"a": {}}, {"a": {"b": 1}}, {"$set": {"state.a": {"b": 1}}}),
    ],
)
def test_only_what_changed_is_written(
    before: Document, after: Document, changes: dict[str, Document]
) -> None:
    assert difference(before, after) == changes
