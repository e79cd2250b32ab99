"""Personal data at rest, on the real MongoDB: sealed, found, opened with an audit, keys rotated."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError, EncryptionError

from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.storage import master_keys, vault
from shared.storage.mongo import Db, prepare
from shared.storage.vault import Reading, Vault
from tests.integration.rig import Rig

TELEPHONE = "13800138000"
READING = Reading(
    client="office",
    person="P-1",
    operation="people.read",
    subject="vol_1",
    fields=("telephone",),
    purpose="contact",
)


@pytest.fixture
def database(rig: Rig) -> Db:
    database = rig.database()
    prepare(database, vault.INDEXES)
    return database


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys"
    master_keys.add(file, "first")
    return file


def another(database: Db, keys: Path | None) -> Vault:
    """As another process has it."""
    return Vault(database, keys, SystemClock())


def wrapped_by(database: Db) -> set[str]:
    return {row["masterKey"]["provider"] for row in database["data_keys"].find()}


def test_what_is_sealed_differs_each_time_and_opens_to_the_same(database: Db, keys: Path) -> None:
    sealed = another(database, keys).seal_all(["王小明"] * 2)

    assert sealed[0] != sealed[1]
    read = another(database, keys).reader(READING)
    assert [read(each) for each in sealed] == ["王小明"] * 2


def test_what_is_sealed_to_be_found_is_the_same_in_every_process(database: Db, keys: Path) -> None:
    first = another(database, keys).seal_to_find(TELEPHONE)
    database["people"].insert_one({"_id": "vol_1", "telephone": first})

    wanted = another(database, keys).seal_to_find(TELEPHONE)
    found = database["people"].find_one({"telephone": wanted})
    assert found
    assert another(database, keys).open(found["telephone"], READING) == TELEPHONE


def test_who_read_what_of_whom_is_kept_and_nothing_of_what_was_read(
    database: Db, keys: Path
) -> None:
    it = another(database, keys)
    it.open(it.seal(TELEPHONE), READING)

    (entry,) = it.readings("vol_1")
    assert entry.pop("at")
    assert entry == vars(READING) | {"fields": ["telephone"]}
    assert TELEPHONE not in str(list(database["readings"].find()))


def test_nothing_is_opened_that_could_not_be_entered_in_the_audit(database: Db, keys: Path) -> None:
    it = another(database, keys)
    sealed = it.seal(TELEPHONE)
    database.command("collMod", "readings", validator={"never": {"$exists": True}})

    with pytest.raises(Exception, match="validation"):
        it.open(sealed, READING)


def test_of_many_processes_that_begin_at_once_all_use_the_same_data_keys(
    database: Db, keys: Path
) -> None:
    def begin(number: int) -> str:
        return another(database, keys).seal_to_find(TELEPHONE)

    with ThreadPoolExecutor(8) as pool:
        sealed = set(pool.map(begin, range(8)))

    assert len(sealed) == 1
    assert database["data_keys"].count_documents({}) == 1
    row: Any = database["data_keys"].find_one()
    with pytest.raises(DuplicateKeyError):
        database["data_keys"].insert_one({"keyAltNames": row["keyAltNames"]})


def test_rotation_needs_no_restart_and_then_the_old_master_key_can_go(
    database: Db, keys: Path
) -> None:
    running = another(database, keys)
    sealed, found = running.seal("王小明"), running.seal_to_find(TELEPHONE)
    assert wrapped_by(database) == {"local:first"}

    master_keys.add(keys, "second")
    assert another(database, keys).rewrap() == 2

    assert wrapped_by(database) == {"local:second"}
    assert running.open(sealed, READING) == "王小明"
    keys.write_text(keys.read_text().splitlines()[0] + "\n")
    afterwards = another(database, keys)
    assert afterwards.open(sealed, READING) == "王小明"
    assert afterwards.seal_to_find(TELEPHONE) == found


def test_a_running_process_looks_at_the_file_again_before_it_gives_up(
    database: Db, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = another(database, keys).seal("王小明")
    running = another(database, keys)
    running.seal("begun")  # it has read the file, and none of the data keys but one
    master_keys.add(keys, "second")
    another(database, keys).rewrap()
    monkeypatch.setattr(vault, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(running, "_opened", vault._Opened(database, _only(keys, "first")))

    assert running.open(sealed, READING) == "王小明"


def _only(keys: Path, name: str) -> master_keys.MasterKeys:
    return master_keys.MasterKeys({name: master_keys.MasterKeys.read(keys).by_name[name]})


def test_without_keys_it_says_what_is_missing(database: Db, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="PERSONAL_KEYS_FILE is not set"):
        another(database, None).seal("王小明")
    with pytest.raises(Unavailable, match="nowhere"):
        another(database, tmp_path / "nowhere").seal("王小明")

    sealed = another(database, keys).seal("王小明")
    other = tmp_path / "other"
    master_keys.add(other, "other")
    with pytest.raises(Unavailable, match="the master key first is not in"):
        another(database, other).open(sealed, READING)


def test_a_wrong_master_key_of_the_right_name_opens_nothing(
    database: Db, keys: Path, tmp_path: Path
) -> None:
    sealed = another(database, keys).seal("王小明")
    forged = tmp_path / "forged"
    master_keys.add(forged, "first")

    with pytest.raises(EncryptionError):
        another(database, forged).open(sealed, READING)


def test_a_sealed_text_that_was_changed_is_not_opened(database: Db, keys: Path) -> None:
    it = another(database, keys)
    sealed = it.seal("王小明")
    changed = sealed[:-8] + ("A" if sealed[-8] != "A" else "B") + sealed[-7:]

    with pytest.raises(EncryptionError):
        it.open(changed, READING)
    with pytest.raises(ValueError, match="not a sealed text"):
        it.open("王小明", READING)
