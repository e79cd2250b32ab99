"""What a process does to its database before it serves."""

from shared.storage.mongo import Db, Index, Migration, prepare
from tests.integration.rig import Rig


def rename(database: Db) -> None:
    database["things"].update_many({"old": {"$exists": True}}, {"$rename": {"old": "new"}})


def test_a_migration_runs_once_and_before_anything_is_served(rig: Rig) -> None:
    database = rig.database()
    database["things"].insert_one({"_id": "a", "old": 1})

    prepare(database, [], [Migration("2026-11-24-rename", rename)])
    database["things"].insert_one({"_id": "b", "old": 2})
    prepare(database, [], [Migration("2026-11-24-rename", rename)])

    assert database["things"].find_one({"_id": "a"}) == {"_id": "a", "new": 1}
    assert database["things"].find_one({"_id": "b"}) == {"_id": "b", "old": 2}


def test_an_index_that_is_there_already_is_left_alone(rig: Rig) -> None:
    database = rig.database()
    index = Index("things", [("name", 1)], unique=True, where={"name": {"$exists": True}})

    prepare(database, [index])
    prepare(database, [index])

    found = database["things"].index_information()["name_1"]
    assert found["unique"]
    assert found["partialFilterExpression"] == {"name": {"$exists": True}}
