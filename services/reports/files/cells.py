"""Small cells are hidden: a number of few residents could point at somebody.

What is shown beside a hidden cell must not give it away: where the rest of its column and the total
would leave one possibility alone, another cell is hidden with it; where there is none, the total
is, and the column in every table (decision 0096).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from services.reports.model.measures import RESIDENTS

Cell = int | float | str
"""A number, or HIDDEN."""

HIDDEN = "*"
Rows = Sequence[Mapping[str, int]]


def hidden_columns(
    rows: Rows, columns: Iterable[str], smallest: int, closed: frozenset[str] = frozenset()
) -> Callable[[int, str], Cell]:
    """What is shown of each row and column; nothing but zeros of the columns that are `closed`."""
    hidden = {
        (place, name)
        for name in columns
        if name in RESIDENTS
        for place in _hidden([row.get(name, 0) for row in rows], smallest, name in closed)
    }

    def cell(place: int, name: str) -> Cell:
        return HIDDEN if (place, name) in hidden else rows[place].get(name, 0)

    return cell


def closed_columns(tables: Iterable[Rows], smallest: int) -> frozenset[str]:
    """Columns of which some table has small cells that its total would give away, and no other
    cell to hide with them."""
    return frozenset(
        name
        for rows in tables
        for name in RESIDENTS
        if _is_given_away(values := [row.get(name, 0) for row in rows], smallest)
        and not _others(values, smallest)
    )


def _hidden(values: Sequence[int], smallest: int, closed: bool) -> set[int]:
    if closed:
        return {place for place, value in enumerate(values) if value}
    small = {place for place, value in enumerate(values) if 0 < value < smallest}
    if _is_given_away(values, smallest):
        small |= set(_others(values, smallest)[:1])
    return small


def _is_given_away(values: Sequence[int], smallest: int) -> bool:
    """Whether the small cells can have one value each alone, by their sum. A total that is small
    is hidden itself, and gives nothing away."""
    small = [value for value in values if 0 < value < smallest]
    least, most = len(small), len(small) * (smallest - 1)
    alone = len(small) == 1 or sum(small) in (least, most)
    return bool(small) and alone and sum(values) >= smallest


def _others(values: Sequence[int], smallest: int) -> list[int]:
    """Places of what may be hidden with the small cells: the smallest first, zeros last."""
    places = [place for place, value in enumerate(values) if not 0 < value < smallest]
    return sorted(places, key=lambda place: (values[place] == 0, values[place], place))
