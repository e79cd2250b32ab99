"""No personal data of a whole test run stands in a database, an event, a log or an error; and what
is planted is found. It runs last, over what all other tests of the session have left behind."""

import json
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pika
import pytest

from shared.documents import pdf
from shared.settings import SERVICES
from tests.e2e.test_exchange import brought, row_of, table
from tests.leaks import broker_folder, found_in, in_broker, leaks
from tests.system import System, connect_as_outsider
from tests.unit.persons import STREET, card, guardian, person, telephone

SECRETS = (telephone(4001), card(sequence=41), f"{STREET}4001号")


def errors(system: System, client: str) -> Iterator[str]:
    """Answers to everything that can go wrong with personal data in it."""
    given = person(4001)
    number = given["id_number"]
    bodies: list[Any] = [
        {"site": "XP11", "personal": given | {"id_number": number[:-1]}},
        {"site": "XP11", "personal": given | {"telephone": given["telephone"] + "1"}},
        {"site": "XP11", "personal": given | {given["telephone"]: given["address"]}},
        {"site": "XP11", "person": number, "personal": given},
        {"site": "XP11", "person": telephone(4001)},
        {"site": "nowhere", "personal": given},
        {"site": "XP99", "personal": given},
        given,
        json.dumps(given)[:-2].encode(),
        b"\xff" + json.dumps(given, ensure_ascii=False).encode(),
    ]
    for body in bodies:
        yield _answered(system, "/v1/volunteers", body, client)
    yield _answered(system, "/v1/volunteers/search", {"telephone": number}, client)
    yield _answered(system, "/v1/volunteers/search", {"id_number": telephone(4001)}, client)
    yield _answered(system, "/v1/volunteers/vol_none0000/record-personal-data", given, client)


def _answered(system: System, path: str, body: Any, client: str) -> str:
    answer = system.call("volunteers", "POST", path, body, client=client)
    return f"{answer.status} {dict(answer.headers)} {answer.data.decode()}"


def live_through(system: System) -> None:
    """Everything that may be done with a person's data."""
    child = card(born=f"{system.now().year - 10}0314", sequence=42)
    bodies: list[Any] = [
        {"site": "XP11", "personal": person(4002), "person": f"P-{system.prefix}-4002"},
        {"site": "XP11", "personal": person(4003, id_number=child, guardian=guardian(4004))},
    ]
    for body in bodies:
        id = system.post("volunteers", "/v1/volunteers", body, key=body["personal"]["telephone"]).id
        path = f"/v1/volunteers/{id}"
        system.post("volunteers", f"{path}/verify", key=telephone(4005))
        for query in ("/personal-data?purpose=contact", "/copy", "/readings"):
            system.read("volunteers", path + query)
        suspended = {"reason": f"请联系 {telephone(4005)}"}
        assert system.call("volunteers", "POST", f"{path}/suspend", suspended).status == 400
    system.post("volunteers", "/v1/volunteers/search", {"telephone": telephone(4002)})
    bad = row_of(4006, id_number=card()[:-1] + "?", telephone=telephone(4006))
    brought(system, table([row_of(4007), bad]))
    for columns in ("own-volunteers", "national-volunteers", "national-hours"):
        system.call("volunteers", "GET", f"/v1/exports?columns={columns}").ok()


@pytest.mark.parametrize("around", ["{}", "of {}.", "tel={}&x", "tel:+86-{}", "号码:{}。", "/{}/"])
def test_a_number_is_seen_whatever_stands_around_it(around: str) -> None:
    for secret in SECRETS[:2]:
        assert found_in(around.format(secret)) == [secret]
    assert found_in("0.13800138000 13800138000.5 a13800138000 138001380001 9b13800138000f") == []


def test_nothing_of_a_whole_run_is_left_in_clear(system: System) -> None:
    live_through(system)
    for client in ("office", "station", "nobody", "reader"):
        for answer in errors(system, client):
            assert not found_in(answer), answer
    system.settle()

    assert leaks(system) == []


def packed_stream(secret: str) -> bytes:
    """A PDF's object with a compressed stream."""
    stream = zlib.compress(f"BT ({secret}) Tj ET".encode())
    return b"%PDF-1.7\n1 0 obj <</Filter /FlateDecode>>\nstream\n" + stream + b"\nendstream endobj"


def set_in_type(secret: str) -> bytes:
    """A PDF as the services make them: its glyphs are numbered."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "planted.typ")
        template.write_text("#data.text")
        return pdf(template, {"text": f"证件 {secret}"}, datetime(2026, 11, 24, tzinfo=UTC))


def test_what_is_told_by_mistake_is_found_in_the_files_of_the_broker(system: System) -> None:
    if not broker_folder(system):
        pytest.skip("the broker keeps its files elsewhere")
    assert list(in_broker(system)) == []
    secret = telephone(4999)
    with connect_as_outsider(system.parts.amqp_url) as connection:
        channel = connection.channel()
        for kind in ("quorum", "classic"):
            name = f"planted.{kind}"
            channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
            channel.confirm_delivery()
            kept = pika.BasicProperties(delivery_mode=2)
            channel.basic_publish("", name, f'{{"by": "{kind}", "tel": "{secret}"}}'.encode(), kept)
        system.wait_until(lambda: len(list(in_broker(system))) >= 2)
        for kind in ("quorum", "classic"):
            channel.queue_delete(f"planted.{kind}")


def test_what_is_planted_is_found_where_it_is(system: System) -> None:
    log = system.folder / "planted.log"
    log.write_text("".join(f'{{"message": "read {each}"}}\n' for each in SECRETS))
    for service in SERVICES:
        rows = system.database(service)["planted"]
        for each in SECRETS:
            rows.insert_one({"state": {"audit": [{"note": f"of {each}."}]}, "packed": b"-"})
            rows.insert_one({"state": 1, "packed": each.encode()})

    documents = system.database("reports")["planted"]
    packed = {"plain": packed_stream(SECRETS[0]), "set": set_in_type(SECRETS[1])}
    for name, data in packed.items():
        assert not found_in(data.decode(errors="replace"))  # it is not to be seen from outside
        documents.insert_one({"_id": name, "file": data})

    try:
        found = [each for each in leaks(system) if "planted" in each]
    finally:
        log.unlink()
        for service in SERVICES:
            system.database(service)["planted"].drop()

    for name, secret in zip(packed, SECRETS, strict=False):
        assert any(each.startswith(f"reports.planted {name}") for each in found), (name, secret)
    found = [each for each in found if ".planted plain" not in each and ".planted set" not in each]
    for secret in (*SECRETS[:2], STREET):
        for place in ("planted.log", *(f"{service}.planted" for service in SERVICES)):
            there = [each for each in found if each.startswith(place) and each.endswith(secret)]
            assert len(there) == (1 if place == "planted.log" else 2), (place, secret, found)
