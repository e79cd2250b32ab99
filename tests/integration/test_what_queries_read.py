"""What a query of reports reads does not grow with what has happened: counted by MongoDB itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from json import dumps
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bench import planting
from bench.history import SITES
from bench.queries import paths_upto
from services.reports.api import api as operations
from services.reports.app import build
from services.reports.dashboard import pages
from services.reports.projections import waiting
from shared.service import Kit
from shared.settings import Settings
from shared.sites import Sites
from shared.storage.mongo import FAST, Db, close
from shared.web.app import make_app
from shared.web.clients import hash_key, new_key
from tests.parts import Parts

LAST = date(2026, 11, 24)
DUE = datetime(2026, 11, 24, tzinfo=UTC)
EVENTS = 1000
TIMES = 6
PAGE = 51  # of evidence: it may be less than full where little has happened
ROUND_TRIPS = 11
DOCUMENTS = 1500  # of a year: months of sites and groups, parts of the people

PATHS = paths_upto(LAST)


@dataclass(frozen=True)
class Seen:
    """What answering took."""

    commands: int
    documents: int
    keys: int


class Reports:
    """The service's application on a database of its own, and what MongoDB says that it reads."""

    def __init__(self, url: str, folder: Path) -> None:
        key = new_key()
        client = {"id": "office", "name": "Office", "scopes": ["reports:read"], "sites": ["*"]}
        clients = folder / "clients.json"
        clients.write_text(dumps({"clients": [client | {"keys": [hash_key(key)]}]}))
        environment = {
            **{f"{name}_URL": "http://127.0.0.1:9" for name in ("ORDERS", "VOLUNTEERS", "EVENTS")},
            "REPORTS_URL": "http://127.0.0.1:9",
            "AMQP_URL": "amqp://127.0.0.1:9",
            "MONGO_URL": url,
            "MONGO_DATABASE": "shijian_reading",
            "CLIENTS_FILE": str(clients),
            "SERVICE_KEY": key,
        }
        kit = Kit.open(Settings.read("reports", environment))
        self.database: Db = kit.database
        service = build(kit)
        service.prepare()
        app: Flask = make_app(service, operations, [pages.add])
        self._client: FlaskClient = app.test_client()
        self._headers = {"Authorization": f"Bearer {key}"}
        assert self._client.post("/dashboard/sign-in", data={"key": key}).status_code == 303

    def reading(self, path: str) -> Seen:
        """Of one answer."""
        self.database["system.profile"].drop()
        self.database.command("profile", 2)
        answer = self._client.get(path, headers=self._headers)
        self.database.command("profile", 0)
        assert answer.status_code == 200, answer.text
        mine = {"op": {"$in": ["query", "getmore", "command"]}, "keysExamined": {"$exists": True}}
        rows = list(self.database["system.profile"].find(mine))
        return Seen(
            commands=len(rows),
            documents=sum(row["docsExamined"] for row in rows),
            keys=sum(row["keysExamined"] for row in rows),
        )


@pytest.fixture(scope="module")
def reports(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    reports = Reports(parts.mongo_url, tmp_path_factory.mktemp("reports"))
    planting.fill(reports.database, LAST, EVENTS)
    _plant_lateness(reports.database)
    yield reports
    reports.database.client.drop_database(reports.database.name)
    close(reports.database)


def _plant_lateness(database: Db) -> None:
    """Two late orders at each site, more than are shown."""
    late = {"stage": "serve", "overdue": True, "soon": True, "since": DUE, "due": DUE}
    database.get_collection("cases_1", write_concern=FAST).insert_many(
        [{"_id": f"ord_late{n:02d}{site}", "site": site} | late for site in SITES for n in (1, 2)]
    )
    sites = {site: {"serve": [2, 0, 2]} for site in SITES}
    database["waiting_1"].update_one({"_id": waiting.ALL}, {"$set": {"sites": sites}}, upsert=True)
    names = {"title": "一", "title_en": "One", "level": "station", "open": True}
    database[f"{Sites.name}_1"].insert_many([{"_id": site, **names} for site in SITES])


def test_what_is_read_is_bounded_and_grows_with_no_history(reports: Reports) -> None:
    short = {name: reports.reading(path) for name, path in PATHS.items()}
    planting.lengthen(reports.database, TIMES)
    long = {name: reports.reading(path) for name, path in PATHS.items()}

    for name, before in short.items():
        now = long[name]
        assert 0 < now.commands <= ROUND_TRIPS, (name, now)
        assert 0 < now.documents <= min(before.documents + PAGE, DOCUMENTS), (name, before, now)
        assert now.keys <= before.keys + 4 * PAGE, (name, before, now)


def test_as_many_orders_are_read_as_are_shown_late(reports: Reports) -> None:
    shown = reports.reading(PATHS["dashboard, the street"])
    reports.database["waiting_1"].update_one({"_id": waiting.ALL}, {"$set": {"sites": {}}})
    none = reports.reading(PATHS["dashboard, the street"])

    assert 0 < shown.documents - none.documents <= 8
    assert shown.commands - none.commands == 1
