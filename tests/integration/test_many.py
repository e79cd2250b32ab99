"""Many aggregates by one write: each for itself, and again the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.clock import SystemClock
from shared.contracts.base import Event
from shared.errors import ShijianError, invalid
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.many import Wanted, make_all
from shared.storage.mongo import Index, prepare
from tests.integration.rig import Rig


@dataclass
class Thing:
    name: str
    status: str = "made"


Build = Callable[[datetime], tuple[Thing, Sequence[Event]]]


def named(name: str) -> Build:
    def build(now: datetime) -> tuple[Thing, Sequence[Event]]:
        if not name:
            raise invalid("name", "is missing", "缺少")
        return Thing(name), []

    return build


def test_one_that_is_refused_keeps_no_other_back_and_all_again_changes_nothing(rig: Rig) -> None:
    database = rig.database()
    prepare(database, [Index("things", [("state.name", 1)], unique=True)])
    things = Aggregates(database, "things", Thing, SystemClock())
    things.make("thi_other1", Origin(client="a", command="make", key="k0"), named("first"))

    def all_of_them() -> list[ShijianError | None]:
        names = {"thi_aaaaa1": "one", "thi_bbbbb1": "", "thi_other1": "two", "thi_ccccc1": "first"}
        wanted = [
            Wanted(id, Origin(client="a", command="make", key=f"k-{id}"), named(name))
            for id, name in {**names, "thi_ddddd1": "three"}.items()
        ]
        return make_all(things, database["things"], wanted, SystemClock().now())

    for _ in range(2):
        refusals = [str(each.detail.en) if each else "" for each in all_of_them()]
        assert [bool(each) for each in refusals] == [False, True, True, True, False]
        assert "thi_other1" in refusals[2]
        assert "same name" in refusals[3]
    assert sorted(each.state.name for each in things.find({})) == ["first", "one", "three"]
    assert things.load("thi_aaaaa1").version == 1
