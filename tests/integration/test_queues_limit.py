"""How many queues there may be: counted in the database, without reading any."""

from types import SimpleNamespace
from typing import Any

from services.reports.api.queues import require_few
from services.reports.model.queue import MOST_OF_A_CLIENT, MOST_OF_ALL, SubscriberQueue
from shared.clock import SystemClock
from shared.errors import Conflict
from shared.storage.aggregates import Aggregates
from tests.integration.rig import Rig


def test_there_may_be_so_many_of_a_client_and_so_many_of_all(rig: Rig) -> None:
    database = rig.database()

    def add(client: str, number: int, status: str = "active") -> None:
        # Nothing but what is counted by: whatever read one of them would fail.
        rows = [{"state": {"client": client, "status": status}} for _ in range(number)]
        database["queues"].insert_many(rows)

    def may(client: str) -> bool:
        queues = Aggregates(database, "queues", SubscriberQueue, SystemClock())
        call: Any = SimpleNamespace(
            app=SimpleNamespace(queues=queues), client=SimpleNamespace(id=client)
        )
        try:
            require_few(call)
        except Conflict as refused:
            assert refused.extra == {"allowed": []}
            return False
        return True

    add("one", MOST_OF_A_CLIENT - 1)
    add("one", 3, "ended")
    assert may("one")
    add("one", 1)
    assert not may("one") and may("another")
    add("others", MOST_OF_ALL - MOST_OF_A_CLIENT - 1)
    assert may("another")
    add("yet-another", 2)  # two have met here at the same time
    assert not may("another")
