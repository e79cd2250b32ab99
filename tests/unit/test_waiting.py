"""As many orders are counted as wait, however their events come in batches, and again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.projections.cases import Cases
from services.reports.projections.waiting import ALL, Waiting
from shared.contracts import orders
from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import Read
from shared.messaging.projections import Projection, Work
from shared.storage.mongo import Document

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
SITES = ("XP01", "XP02")
LATER: tuple[type[Any], ...] = (
    *(orders.OrderVetted, orders.OrderAccepted, orders.OrderAssigned, orders.OrderStarted),
    *(orders.OrderDueSoon, orders.OrderOverdue, orders.OrderCompleted, orders.OrderClosed),
    *(orders.OrderReopened, orders.OrderCancelled, orders.OrderRejected, orders.OrderPlaced),
)


def work(sequence: int, contract: type[Any], order: int, site: str, full: bool) -> Work:
    """An event, with as much of its data as is folded."""
    time = BEGAN + timedelta(minutes=sequence)
    facts = {"order": f"ord_{order:06d}", "site": site, "theme": "culture", "full": full}
    event = contract.model_construct(**facts, starts_at=BEGAN, due=BEGAN)
    envelope = Envelope(
        id=f"orders-{sequence}", source="orders", type=contract.type, subject="", time=time,
        sequence=sequence, epoch="", correlation="", traceparent="", data={}, raw={},
    )  # fmt: skip
    return Work(envelope, event, ())


class Worker:
    """Folds into dictionaries as a worker does into collections."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Document]] = {"waiting": {}, "cases": {}}

    def handle(self, batch: Sequence[Work], *, stopped: bool = False) -> None:
        """`stopped`: it ended when it had written the first of both."""
        read = Read(self._read)
        self._fold(Waiting().knowing(batch, read), batch)
        if not stopped:
            self._fold(Cases(), batch)

    def _read(self, name: str, ids: Sequence[str]) -> dict[str, Document]:
        rows = self.rows[name]
        return {id: bson.decode(bson.encode(rows[id])) for id in ids if id in rows}

    def _fold(self, projection: Projection, batch: Sequence[Work]) -> None:
        for each in batch:
            sequence = each.envelope.sequence
            for key in projection.keys(each.event, each.envelope):
                row = self.rows[projection.name].setdefault(key, {"_id": key, "heard": {}})
                if sequence <= row["heard"].get("orders", 0):
                    continue
                if projection.fold(row, each.event, each.envelope) is not False:
                    row["heard"]["orders"] = sequence

    def counted(self) -> dict[str, dict[str, list[int]]]:
        """What is kept."""
        found: Document = self.rows["waiting"].get(ALL, {}).get("sites", {})
        return found

    def counted_anew(self) -> dict[str, dict[str, list[int]]]:
        """What the orders say."""
        sites: dict[str, dict[str, list[int]]] = {}
        for row in self.rows["cases"].values():
            if stage := row.get("stage"):
                counts = sites.setdefault(row["site"], {}).setdefault(stage, [0, 0, 0])
                counts[0] += 1
                counts[1] += row["soon"] and not row["overdue"]
                counts[2] += row["overdue"]
        return sites


happening = st.tuples(
    st.sampled_from(LATER), st.integers(0, 4), st.sampled_from(SITES), st.booleans()
)


@settings(max_examples=200, deadline=None)
@given(
    told=st.lists(happening, max_size=40),
    sizes=st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=9),
)
def test_what_waits_is_counted_as_if_all_orders_were_looked_at(
    told: list[tuple[type[Any], int, str, bool]], sizes: list[tuple[int, bool]]
) -> None:
    events = [
        *(work(n + 1, orders.OrderPlaced, n, SITES[n % 2], full=False) for n in range(5)),
        *(work(n, *each) for n, each in enumerate(told, 6)),
    ]
    at_once, in_parts = Worker(), Worker()
    at_once.handle(events)
    begin, turn = 0, 0
    while begin < len(events):
        size, stopped = sizes[turn % len(sizes)]
        if stopped:  # and begins again with another batch
            in_parts.handle(events[begin : begin + size], stopped=True)
            size = size % 4 + 1
        in_parts.handle(events[begin : begin + size])
        begin, turn = begin + size, turn + 1
    assert at_once.counted() == at_once.counted_anew()
    assert in_parts.counted() == at_once.counted()
    assert [list(each) for each in in_parts.counted().values()] == [
        list(each) for each in at_once.counted().values()
    ]


def test_an_order_is_counted_where_it_is_soon_or_overdue() -> None:
    worker = Worker()
    for sequence, contract in enumerate(
        (orders.OrderPlaced, orders.OrderDueSoon, orders.OrderOverdue, orders.OrderVetted), 1
    ):
        worker.handle([work(sequence, contract, 0, "XP01", full=False)])
        expected = {1: {"vet": [1, 0, 0]}, 2: {"vet": [1, 1, 0]}, 3: {"vet": [1, 0, 1]}}
        assert worker.counted() == {"XP01": expected.get(sequence, {"accept": [1, 0, 0]})}
    worker.handle([work(5, orders.OrderCancelled, 0, "XP01", full=False)])
    assert worker.counted() == {}
