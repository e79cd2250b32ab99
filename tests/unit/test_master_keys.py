"""The file of master keys: newest first, and what can't be used is said, without showing a key."""

import base64
from pathlib import Path

import pytest

from shared.storage.master_keys import KEY_BYTES, BadMasterKeys, MasterKeys, add

GOOD = base64.b64encode(bytes(range(KEY_BYTES))).decode()


def test_a_new_key_stands_in_front_and_the_old_ones_stay(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    first = add(file, "one")
    before = MasterKeys.read(file)
    second = add(file, "two")

    after = MasterKeys.read(file)
    assert (first, second) == ("one", "two")
    assert list(after.by_name) == ["two", "one"]
    assert after.newest == "two"
    assert after.by_name["one"] == before.by_name["one"]
    assert len(set(after.by_name.values())) == 2


def test_nobody_else_may_read_the_file_that_is_made(tmp_path: Path) -> None:
    add(tmp_path / "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_it_is_written_in_place_for_whoever_mounts_this_one_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    add(file, "one")
    inode = file.stat().st_ino
    add(file, "two")
    assert file.stat().st_ino == inode


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        f"k1{GOOD}",
        f"k-1 {GOOD}",
        f"k1 {GOOD[:-8]}",
        f"k1 {GOOD[:-4]}!!!!",
        f"k1 {GOOD}\nk1 {GOOD}",
    ],
)
def test_a_file_that_can_not_be_used_is_refused_without_showing_a_key(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "keys"
    file.write_text(text)

    with pytest.raises(BadMasterKeys) as refused:
        MasterKeys.read(file)

    assert GOOD[:20] not in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_name_is_not_given_twice(tmp_path: Path) -> None:
    add(tmp_path / "keys", "one")
    with pytest.raises(BadMasterKeys, match="one"):
        add(tmp_path / "keys", "one")
