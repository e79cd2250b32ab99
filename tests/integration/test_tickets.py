"""The key of tickets on the real MongoDB: one for all processes, and none in the database alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from services.events.tickets import KEY, BadTicket, Tickets
from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.storage import master_keys, vault
from shared.storage.mongo import Db, prepare
from shared.storage.vault import Vault
from tests.integration.rig import Rig

ACTIVITY, REGISTRATION = "act_one111", "reg_one111"


def ticketing(database: Db, keys: Path | None) -> Tickets:
    prepare(database, vault.INDEXES)
    return Tickets(database, Vault(database, keys, SystemClock()))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    master_keys.add(tmp_path / "keys")
    return tmp_path / "keys"


def test_every_process_reads_what_another_has_signed(rig: Rig, keys: Path) -> None:
    database = rig.database()
    doors = [ticketing(rig.open(database.name), keys) for _ in range(2)]
    ticket = doors[0].sign(ACTIVITY, REGISTRATION)
    assert doors[1].read(ticket, ACTIVITY) == REGISTRATION
    assert doors[1].sign(ACTIVITY, REGISTRATION) == ticket
    with pytest.raises(BadTicket):
        doors[1].read(ticket[:-4] + "AAAA", ACTIVITY)


def test_who_has_the_database_alone_can_read_tickets_and_make_none(rig: Rig, keys: Path) -> None:
    database = rig.database()
    ticket = ticketing(database, keys).sign(ACTIVITY, REGISTRATION)
    private = json.loads(Vault(database, keys, SystemClock()).open(_row(database)["private"], ANY))
    assert private["d"] not in str(list(database["ticket_keys"].find()))
    thief = ticketing(database, None)
    assert thief.read(ticket, ACTIVITY) == REGISTRATION
    with pytest.raises(Unavailable):
        thief.sign(ACTIVITY, "reg_two222")


def test_a_key_that_was_kept_in_clear_is_sealed_and_its_tickets_stay_good(
    rig: Rig, keys: Path
) -> None:
    database = rig.database()
    old = OKPKey.generate_key("Ed25519").as_dict(private=True)
    database["ticket_keys"].insert_one({"_id": KEY, "jwk": old})
    first, second = (ticketing(rig.open(database.name), keys) for _ in range(2))
    assert second.read(first.sign(ACTIVITY, REGISTRATION), ACTIVITY) == REGISTRATION
    assert second.public_key()["x"] == old["x"]
    assert str(old["d"]) not in str(_row(database))


ANY = vault.Reading(client="t", person="", operation="t", subject=KEY, fields=(), purpose="t")


def _row(database: Db) -> dict[str, Any]:
    return database["ticket_keys"].find_one({"_id": KEY}) or {}
