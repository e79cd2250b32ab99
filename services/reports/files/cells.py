"""Small cells are hidden: a number of few residents could point at somebody."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from services.reports.model.measures import RESIDENTS

Cell = int | float | str
"""A number, or HIDDEN."""

HIDDEN = "*"


def hidden_columns(
    rows: Sequence[Mapping[str, int]], columns: Iterable[str], smallest: int
) -> Callable[[int, str], Cell]:
    """What is shown of each row and column.

    Where a single cell of a column is hidden, the next smallest is too: else it could be had from
    the total.
    """
    hidden = {
        (place, name)
        for name in columns
        if name in RESIDENTS
        for place in _hidden([row.get(name, 0) for row in rows], smallest)
    }

    def cell(place: int, name: str) -> Cell:
        return HIDDEN if (place, name) in hidden else rows[place].get(name, 0)

    return cell


def _hidden(values: Sequence[int], smallest: int) -> set[int]:
    small = {place for place, value in enumerate(values) if 0 < value < smallest}
    if len(small) == 1 and len(values) > 1:
        others = [(value, place) for place, value in enumerate(values) if value >= smallest]
        small |= {min(others)[1]} if others else set()
    return small
