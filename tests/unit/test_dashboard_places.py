"""Where sites are drawn to each other."""

from typing import Any

import pytest

from services.reports.dashboard.places import Place, places_of

NORTH = {"latitude": 34.61, "longitude": 119.17}
SOUTH = {"latitude": 34.59, "longitude": 119.17}
EAST = {"latitude": 34.60, "longitude": 119.18}


def site(code: str, **facts: Any) -> dict[str, Any]:
    return {"_id": code, "open": True} | facts


def test_both_axes_are_in_metres() -> None:
    found = places_of(
        [site("N", position=NORTH), site("S", position=SOUTH), site("E", position=EAST)]
    )

    assert found["N"].north - found["S"].north == pytest.approx(2226, abs=2)
    assert found["E"].east - found["N"].east == pytest.approx(916, abs=2)
    assert found["N"] == Place(-458, 1113, False)


def test_a_schematic_place_stands_in_for_a_position_and_says_so() -> None:
    found = places_of(
        [site("N", position=NORTH, drawn_at=EAST), site("S", position=None, drawn_at=SOUTH)]
    )

    assert (found["N"].schematic, found["S"].schematic) == (False, True)
    assert found["N"].east == found["S"].east


def test_who_has_no_place_or_is_closed_is_not_drawn() -> None:
    rows = [
        site("N", position=NORTH),
        site("S", position=SOUTH),
        site("X"),
        site("E", drawn_at=None),
    ]
    rows.append(site("C", position=EAST) | {"open": False})

    assert set(places_of(rows)) == {"N", "S"}


def test_one_place_alone_makes_no_map() -> None:
    assert places_of([site("N", position=NORTH), site("S")]) == {}
