"""Many rows go out in little memory."""

import tracemalloc

from services.reports.evidence import Evidence, Wanted, lines_of
from services.reports.model.period import Period
from tests.integration.rig import Rig

ROWS = 20_000
MEGABYTE = 1024 * 1024


def test_an_export_holds_few_of_its_rows_in_memory(rig: Rig) -> None:
    database = rig.database()
    rows = database["evidence_1"]
    for begin in range(0, ROWS, 5000):
        rows.insert_many(
            {
                "_id": f"orders:{number:016d}",
                "type": "shijian.orders.order.placed.v1",
                "subject": f"ord_{number:024d}",
                "day": "2026-10-09",
                "site": "XP11",
                "counts": {"orders_placed": 1},
                "measures": ["orders_placed"],
                "modes": ["help"],
            }
            for number in range(begin, begin + 5000)
        )
    rows.create_index([("measures", 1), ("day", 1), ("_id", 1)])
    wanted = Wanted("orders_placed", Period("2026-10"), None)
    evidence = Evidence(rig.kit("reports", database))

    tracemalloc.start()
    size, lines = 0, 0
    for part in lines_of(evidence.rows(wanted)):
        size, lines = size + len(part), lines + part.count(b"\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lines == ROWS + 1
    assert peak < 6 * MEGABYTE, (peak, size)
