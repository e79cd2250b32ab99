"""Clients: keys stored as hashes, two at once while rotating, scopes and sites."""

import json
import time
from pathlib import Path

import pytest

from shared.errors import Forbidden, Unauthenticated
from shared.web.clients import (
    LOOK_SECONDS,
    Client,
    ClientRegistry,
    ClientsFile,
    hash_key,
    main,
)


def client(scopes: set[str], sites: set[str]) -> Client:
    return Client("one", "One", frozenset(scopes), frozenset(sites))


def added(path: Path) -> str:
    return ClientsFile(path).add("office", "创建办公室", ["*"], ["*"])


def bearer(key: str) -> str:
    return f"Bearer {key}"


def test_a_key_is_shown_once_and_stored_as_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    key = added(path)

    assert key not in path.read_text()
    assert hash_key(key) in path.read_text()
    assert ClientRegistry(path).authenticate(bearer(key)).id == "office"


def test_two_keys_are_valid_while_rotating_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    first = added(path)
    second = ClientsFile(path).rotate("office")
    registry = ClientRegistry(path)
    assert {registry.authenticate(bearer(key)).id for key in (first, second)} == {"office"}

    third = ClientsFile(path).rotate("office")
    registry = ClientRegistry(path)

    assert {registry.authenticate(bearer(key)).id for key in (second, third)} == {"office"}
    with pytest.raises(Unauthenticated):
        registry.authenticate(bearer(first))


def test_a_removed_client_is_no_longer_known(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    key = added(path)
    ClientsFile(path).remove("office")

    with pytest.raises(Unauthenticated):
        ClientRegistry(path).authenticate(bearer(key))


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Bearer sj_wrong", "Basic b2Zm"])
def test_without_a_known_key_nobody_is_let_in(tmp_path: Path, authorization: str | None) -> None:
    path = tmp_path / "clients.json"
    added(path)

    with pytest.raises(Unauthenticated):
        ClientRegistry(path).authenticate(authorization)


def test_the_name_of_the_scheme_is_taken_in_any_case(tmp_path: Path) -> None:
    """RFC 9110, 11.1: a scheme is case-insensitive."""
    path = tmp_path / "clients.json"
    key = added(path)

    assert ClientRegistry(path).authenticate(f"bearer {key}").id == "office"


def test_the_stored_hash_is_not_a_key(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    key = added(path)

    with pytest.raises(Unauthenticated):
        ClientRegistry(path).authenticate(bearer(hash_key(key)))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"clients": 5}', '{"clients": [{}]}'])
def test_a_file_that_can_not_be_read_leaves_what_was_known(tmp_path: Path, content: str) -> None:
    path = tmp_path / "clients.json"
    key = added(path)
    registry = ClientRegistry(path)
    registry.authenticate(bearer(key))

    path.write_text(content)
    time.sleep(LOOK_SECONDS + 0.05)

    assert registry.authenticate(bearer(key)).id == "office"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    added(path)
    registry = ClientRegistry(path)
    assert registry.known() == 1

    other = ClientsFile(path).add("station", "站", ["orders:place"], ["XP11"])
    time.sleep(LOOK_SECONDS + 0.05)

    assert registry.authenticate(bearer(other)).sites == {"XP11"}


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ({"orders:place"}, True),
        ({"orders:*"}, True),
        ({"*"}, True),
        ({"orders:read"}, False),
        ({"volunteers:*"}, False),
        ({"orders:pla"}, False),
        (set(), False),
    ],
)
def test_a_scope_is_granted_by_itself_by_its_group_or_by_all(scopes: set[str], may: bool) -> None:
    assert client(scopes, {"*"}).may("orders:place") is may


def test_a_missing_scope_is_named() -> None:
    with pytest.raises(Forbidden) as refused:
        client({"orders:read"}, {"*"}).require_scope("orders:place")

    assert refused.value.extra == {"scope": "orders:place"}
    assert all("orders:place" in text for text in refused.value.detail)


def test_a_client_acts_for_its_sites_only() -> None:
    station = client({"*"}, {"XP11"})
    station.require_site("XP11")

    with pytest.raises(Forbidden) as refused:
        station.require_site("XP12")

    assert refused.value.extra == {"site": "XP12"}


def test_a_list_is_narrowed_to_the_clients_sites() -> None:
    station = client({"*"}, {"XP12", "XP11"})
    every: dict[str, object] = {}
    station.limit(every)
    everywhere: dict[str, object] = {}
    client({"*"}, {"*"}).limit(everywhere)

    assert every == {"site": {"$in": ["XP11", "XP12"]}}
    assert everywhere == {}
    with pytest.raises(Forbidden):
        station.limit({"site": "XP13"})


def test_the_operators_command_prints_a_key_once_and_lists_without_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clients.json"
    rights = ["--scopes", "orders:place, orders:read", "--sites", "XP11,XP12"]
    main(["add", "station", "--file", str(path), *rights])
    key = capsys.readouterr().out.strip()
    main(["list", "--file", str(path)])
    listed = json.loads(capsys.readouterr().out)

    assert ClientRegistry(path).authenticate(bearer(key)).scopes == {"orders:place", "orders:read"}
    assert listed["sites"] == ["XP11", "XP12"]
    assert "keys" not in listed


def test_a_key_of_ones_own_is_made_listed_and_made_a_systems_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clients.json"

    def add(*more: str) -> Client:
        main(["add", "li", "--file", str(path), *more])
        return ClientRegistry(path).authenticate(bearer(capsys.readouterr().out.strip()))

    own = add("--person", "li-2")
    main(["list", "--file", str(path)])
    listed = json.loads(capsys.readouterr().out)

    assert (own.person, listed["person"], add().person) == ("li-2", "li-2", "")
    own.require_proved()
    with pytest.raises(Forbidden) as refused:
        add().require_proved()
    assert refused.value.extra == {"second_person": "proved"}


@pytest.mark.parametrize("person", ["oidc-0123456789abcdef01234567", "李 四", "p" * 65, "li-2\n"])
def test_a_key_is_not_made_for_what_is_no_reference_of_a_person(
    tmp_path: Path, person: str
) -> None:
    with pytest.raises(SystemExit, match="no reference"):
        ClientsFile(tmp_path / "clients.json").add("li", "Li", [], [], person)


def test_the_file_is_not_for_everybody_to_read(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    added(path)

    assert path.stat().st_mode & 0o007 == 0
