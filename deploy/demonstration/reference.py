"""The reference data of `deploy/reference/`, and how it is loaded into the services."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demonstration.client import Answer, Caller, Document, Unexpected

FOLDER = Path(__file__).resolve().parents[1] / "reference"
PERSON = "office-1"
"""Who loads it: a reference in the office's own system."""

_COPIES_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.1
_NO_ITEM = "itm_000000"
"""Nothing has this id: an order for it is always refused, after its site was looked up."""


class NotLoaded(Exception):
    """The reference data did not arrive where it is needed, in the time it may take."""


@dataclass(frozen=True)
class Team:
    """A row of teams.json."""

    code: str  # here only; the service gives the id
    site: str
    title: str
    title_en: str


@dataclass(frozen=True)
class MenuItem:
    """A row of menu.json."""

    code: str  # here only; the service gives the id
    title: str
    title_en: str
    theme: str
    modes: tuple[str, ...]
    hands: int
    minutes: int
    departments: tuple[str, ...]  # that offer it


@dataclass(frozen=True)
class Reference:
    """All of it. Sites and series are kept as the services take them."""

    sites: list[Document]
    series: list[Document]
    teams: list[Team]
    menu: list[MenuItem]

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Reference:
        def rows(name: str) -> Any:
            return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))

        items = [row | {k: tuple(row[k]) for k in ("modes", "departments")} for row in rows("menu")]
        return cls(
            sites=rows("sites"),
            series=rows("series"),
            teams=[Team(**row) for row in rows("teams")],
            menu=[MenuItem(**row) for row in items],
        )

    @property
    def codes(self) -> list[str]:
        """Of the sites."""
        return [site["code"] for site in self.sites]

    def team_of(self, site: str) -> str:
        """Code of the team whose home a site is."""
        return next(team.code for team in self.teams if team.site == site)


@dataclass(frozen=True)
class Loaded:
    """What the services made of it."""

    teams: dict[str, str]  # id by code
    items: dict[str, str]  # id by code
    moments: list[datetime]  # business time of the first commands of events, volunteers and orders


class Loader:
    """Loads the reference data. Doing it again changes nothing: each row has its own key."""

    def __init__(self, office: Caller, reference: Reference, pool: Executor) -> None:
        self._office = office
        self._reference = reference
        self._pool = pool

    def load(self) -> Loaded:
        """All of it, and wait until orders and volunteers have heard of the sites."""
        sites = self._pool.map(lambda row: self._exists("/v1/sites", row), self._reference.sites)
        known = [receipt for receipt in sites if receipt]
        series = self._pool.map(lambda row: self._exists("/v1/series", row), self._reference.series)
        list(series)
        teams = self._all(self._reference.teams, self._form)
        items = self._all(self._reference.menu, self._publish)
        list(self._pool.map(self._await_orders, self._reference.codes))
        first = [*known[:1], next(iter(teams.values())), next(iter(items.values()))]
        return Loaded(
            teams={code: receipt["id"] for code, receipt in teams.items()},
            items={code: receipt["id"] for code, receipt in items.items()},
            moments=[datetime.fromisoformat(receipt["at"]) for receipt in first],
        )

    def _all(self, rows: Iterable[Any], make: Callable[[Any], Document]) -> dict[str, Document]:
        rows = list(rows)
        return {row.code: done for row, done in zip(rows, self._pool.map(make, rows), strict=True)}

    def _exists(self, path: str, row: Document) -> Document | None:
        """A site or series by its own code. None where somebody else has made it before us."""
        key = f"reference-{path.rsplit('/', 1)[-1]}-{row['code']}"
        answer = self._office.try_post("events", path, row, key=key, person=PERSON)
        there = answer.status == 409 and "existing" in answer.body
        corrected = answer.status == 422 and "Idempotency-Key" in answer.wrong_fields
        if not (answer.good or there or corrected):
            raise Unexpected("POST", f"events{path}", answer.status, answer.body)
        return answer.body if answer.good else None

    def _form(self, team: Team) -> Document:
        """Volunteers refuses the site until it has heard of it: that is how we wait for it."""
        body = {"title": team.title, "site": team.site}

        def form() -> Answer:
            return self._office.try_post(
                "volunteers", "/v1/teams", body, key=_key("team", team.code, body), person=PERSON
            )

        return _until_site_known("volunteers", "/v1/teams", form, lambda answer: answer.good).body

    def _publish(self, item: MenuItem) -> Document:
        body: Document = {
            "title": item.title,
            "theme": item.theme,
            "modes": list(item.modes),
            "hands": item.hands,
            "minutes": item.minutes,
        }
        key = _key("menu", item.code, body)
        return self._office.post("orders", "/v1/menu-items", body, key=key, person=PERSON)

    def _await_orders(self, site: str) -> None:
        """Asks for what is not on the menu: refused for its site first, then for its item."""
        body = {"site": site, "item": _NO_ITEM, "resident": "nobody"}
        body |= {"starts_at": "2999-01-01T00:00:00Z"}

        def ask() -> Answer:
            return self._office.try_post(
                "orders", "/v1/orders", body, key=f"reference-nothing-{site}", person=PERSON
            )

        _until_site_known(
            "orders", "/v1/orders", ask, lambda answer: answer.wrong_fields == {"item"}
        )


def _until_site_known(
    service: str, path: str, ask: Callable[[], Answer], known: Callable[[Answer], bool]
) -> Answer:
    """Ask again while the site is what is wrong. Raises NotLoaded or Unexpected."""
    until = time.monotonic() + _COPIES_WITHIN_S
    while True:
        answer = ask()
        if known(answer):
            return answer
        if answer.status != 422 or "site" not in answer.wrong_fields:
            raise Unexpected("POST", service + path, answer.status, answer.body)
        if time.monotonic() > until:
            raise NotLoaded(f"{service} has not heard of the sites within {_COPIES_WITHIN_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)


def _key(kind: str, code: str, body: Document) -> str:
    """A corrected row is another team or item, not another body under an old key."""
    mark = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    return f"reference-{kind}-{code}-{mark}"
