"""Distinct people are counted exactly, whatever the order in which they are met."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.reports.projections.people import FACETS, PARTS, WIDTH, People
from shared.contracts.events import RegistrationAttended
from shared.contracts.vocabulary import Mode, Theme
from tests.unit.builders import NOW
from tests.unit.test_figures import SEAT, envelope

Met = tuple[int, int, str, list[Mode], Theme]

meetings = st.lists(
    st.tuples(
        st.integers(0, 40),  # person
        st.integers(0, 800),  # days from now
        st.sampled_from(["XP11", "XP12"]),
        st.lists(st.sampled_from(Mode), max_size=3, unique=True),
        st.sampled_from(Theme),
    ),
    max_size=60,
)


def folded(met: list[Met]) -> dict[str, dict[str, Any]]:
    people, rows = People(), dict[str, dict[str, Any]]()
    for sequence, (person, days, site, modes, theme) in enumerate(met, 1):
        facts = {
            "resident": f"R-{person:06d}",
            "site": site,
            "starts_at": NOW + timedelta(days=days),
            "modes": modes,
            "theme": theme,
        }
        event = RegistrationAttended.model_validate(SEAT | facts)
        for key in people.keys(event, envelope(event, sequence)):
            people.fold(rows.setdefault(key, {"_id": key}), event, envelope(event, sequence))
    return rows


def periods_of(days: int) -> list[str]:
    day = (NOW + timedelta(days=days)).date()
    return [
        day.isoformat(),
        f"{day:%Y-%m}",
        f"{day.year}-Q{(day.month - 1) // 3 + 1}",
        str(day.year),
    ]


@given(meetings)
def test_each_period_counts_each_person_once_at_each_site_and_on_the_street(
    met: list[Met],
) -> None:
    expected: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for person, days, site, modes, theme in met:
        for period in periods_of(days):
            for place in (site, "street"):
                for facet in ("", f"theme:{theme}", *(f"mode:{mode}" for mode in modes)):
                    expected[period, place, facet].add(person)

    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in folded(met).values():
        assert len(row["members"]) == row["count"] * WIDTH
        for facet, count in {"": row["count"], **row["by"]}.items():
            found[row["period"], row["site"], facet] += count

    assert dict(found) == {key: len(people) for key, people in expected.items()}


@given(meetings, st.randoms())
def test_the_documents_are_the_same_in_any_order(met: list[Met], random: Any) -> None:
    mixed = list(met)
    random.shuffle(mixed)

    assert folded(mixed) == folded(met)


def test_a_document_is_one_of_a_fixed_number() -> None:
    met: list[Met] = [(person, 0, "XP11", [], Theme.CULTURE) for person in range(600)]

    rows = folded(met)

    assert len(rows) <= sum(sum(parts) for parts in PARTS.values())
    assert max(len(row["members"]) for row in rows.values()) == 600 * WIDTH  # of the day's one
    assert len(FACETS) <= 16
