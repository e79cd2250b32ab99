"""The reference data of `deploy/reference/`: complete, and as the services take it."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from services.events.model.commands import OpenSite, PlanSeries
from services.orders.model.commands import PublishMenuItem
from services.volunteers.model.commands import FormTeam
from shared.contracts.base import Command
from shared.contracts.vocabulary import Department, Mode, Theme

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "reference"
ONLY_HERE = {
    "teams": {"code", "title_en"},
    "menu": {"code", "title_en", "departments"},
}
"""What the files say and the services don't take (yet)."""
TAKEN_AS: dict[str, type[Command]] = {
    "sites": OpenSite,
    "series": PlanSeries,
    "teams": FormTeam,
    "menu": PublishMenuItem,
}


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def test_one_institute_and_sixteen_stations() -> None:
    levels = Counter(site["level"] for site in rows("sites"))
    assert levels == {"institute": 1, "station": 16}
    assert [site["code"] for site in rows("sites")] == [f"XP{number:02d}" for number in range(17)]


def communities() -> dict[str, str]:
    """Name by code, from the official list."""
    with (FOLDER / "communities.csv").open(encoding="utf-8-sig") as file:
        return {row["code"]: row["name"].removesuffix("居委会") for row in csv.DictReader(file)}


def test_every_community_is_served_by_exactly_one_station() -> None:
    served = Counter(code for site in rows("sites") for code in site["communities"])
    assert len(communities()) == 19
    assert served == dict.fromkeys(communities(), 1)


def test_a_station_is_named_after_the_first_community_it_serves() -> None:
    for site in rows("sites")[1:]:
        name = communities()[site["communities"][0]]
        assert site["title"] == f"{name}新时代文明实践站"


def test_there_are_demonstration_sites() -> None:
    assert any(site["demonstration"] for site in rows("sites"))


def test_no_site_has_a_made_up_position_and_each_a_schematic_place_of_its_own() -> None:
    assert not any("position" in site or "address" in site for site in rows("sites"))
    places = {(at["latitude"], at["longitude"]) for at in (s["drawn_at"] for s in rows("sites"))}
    assert len(places) == 17


def test_every_site_has_a_team_and_the_plans_four_are_among_them() -> None:
    teams = rows("teams")
    assert {team["site"] for team in teams} == {site["code"] for site in rows("sites")}
    titles = " ".join(team["title"] for team in teams)
    for named in ("民主社区“民主社区”", "站北社区“老党员”", "龙苑社区“红细胞”", "春暖人间"):
        assert named in titles


def test_the_menu_has_every_theme_and_every_mode() -> None:
    menu = rows("menu")
    assert {item["theme"] for item in menu} == set(Theme)
    assert {mode for item in menu for mode in item["modes"]} == set(Mode)
    assert {name for item in menu for name in item["departments"]} <= set(Department)


@pytest.mark.parametrize("name", TAKEN_AS)
def test_codes_and_titles_are_unique(name: str) -> None:
    for field in ("code", "title", "title_en"):
        values = [row[field] for row in rows(name)]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", TAKEN_AS)
def test_everything_is_as_the_services_take_it(name: str) -> None:
    for row in rows(name):
        taken = {k: v for k, v in row.items() if k not in ONLY_HERE.get(name, set())}
        TAKEN_AS[name].model_validate_json(json.dumps(taken))
