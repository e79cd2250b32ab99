"""Numbers with the events behind them; and orders, completed, rated and closed."""

from collections.abc import Iterator

from services.reports.evidence import Wanted, lines_of
from services.reports.inspection_file.material import Entry, Making, Missing, fewer
from services.reports.model.commands.inspection_file import ContentsEntry
from services.reports.model.measures import MEASURES
from services.reports.zip_stream import safe, table
from shared.storage.mongo import Document

MOST_SUBJECTS = 20_000  # held in memory: orders or activities of a file
SHOWN = 500  # orders that are named one by one where they lack something


def collect(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """A table for each number, however many events there are."""
    totals = making.store.figures().of(making.period, making.site)["totals"]
    for name in entry.measure:
        label = MEASURES[name].label.zh
        count = totals.get(name, 0)
        if count or _has_any(making, name):
            rows = making.store.evidence().rows(_wanted(making, name))
            yield Entry(f"{safe(label)}.csv", lines_of(rows))
        yield from fewer(count, entry.least, label)


def orders(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """Each order that was completed, when it was rated and with how many stars."""
    completed = rows_by_subject(making, "orders_completed")
    rated = rows_by_subject(making, "ratings")
    closed = rows_by_subject(making, "orders_closed")
    rows = [
        (
            *(id, row["site"], row["day"]),
            rated[id]["counts"].get("stars", "") if id in rated else "",
            "是" if "ratings_automatic" in rated.get(id, {}).get("counts", ()) else "",
            closed[id]["day"] if id in closed else "",
        )
        for id, row in completed.items()
    ]
    if rows:
        heads = ("订单", "站点", "办结日期", "星级", "自动评价", "关闭日期")
        yield Entry("订单一览.csv", table(heads, rows))
    unrated = [id for id in completed if id not in rated]
    for id in unrated[:SHOWN]:
        yield Missing(f"订单 {id}:评单", "办结后未评价")
    if unrated[SHOWN:]:
        yield Missing("其余订单:评单", "办结后未评价", len(unrated) - SHOWN)
    yield from fewer(len(completed), entry.least, entry.title)


def subjects(making: Making, measure: str) -> list[str]:
    """What the events behind a number are of, in the order of days; each once."""
    return list(rows_by_subject(making, measure))


def rows_by_subject(making: Making, measure: str) -> dict[str, Document]:
    """The last event of each; at most MOST_SUBJECTS."""
    found: dict[str, Document] = {}
    for row in making.store.evidence().rows(_wanted(making, measure)):
        found[row["subject"]] = row
        if len(found) >= MOST_SUBJECTS:
            break
    return found


def _has_any(making: Making, measure: str) -> bool:
    return bool(making.store.evidence().page(_wanted(making, measure), None, 1))


def _wanted(making: Making, measure: str) -> Wanted:
    return Wanted(measure, making.period, making.site)
