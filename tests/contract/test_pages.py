"""The pages that people read say what the code does."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from services.orders.model import moves
from services.orders.model.pictures import PICTURES
from shared.contracts import registry
from shared.main import COMMANDS
from shared.service import Service
from shared.settings import SERVICES, MissingSetting, Settings
from shared.web import health
from shared.web.api import Operation
from shared.web.feed import SCOPE as FEED_SCOPE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
OPERATING = ROOT / "docs" / "operating.md"
FIRST_ORDER = [ROOT / "README.md", ROOT / "README.zh-CN.md"]

_URLS = (f"{service.upper()}_URL" for service in SERVICES)
REQUIRED = dict.fromkeys(("MONGO_URL", "AMQP_URL", "SERVICE_KEY", "CLIENTS_FILE", *_URLS), "x")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_REGISTRIES = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|docker\.(com|io/)|ghcr\.io|quay\.io|gcr\.io|npmjs\.org"
    r"|debian\.org/debian|mirrors?\.[a-z]+\.)"
)
_OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(work|home|root|Users|tmp)/[\w.]")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def section(page: Path, title: str) -> str:
    """The text under a heading, to the next one of its level or above."""
    text = page.read_text()
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert found, f"{name_of(page)} has no heading {title!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables, without their heads."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not is_head:
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def code_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def service_of(name: str) -> Service[Any]:
    """As it is wired, with nothing behind it."""
    built: Service[Any] = import_module(f"services.{name}.app").build(MagicMock())
    return built


def operations() -> Iterator[Operation]:
    for name in SERVICES:
        yield from import_module(f"services.{name}.api").api.operations


# ---- a service's page ----


def test_the_picture_of_an_order_is_the_one_that_its_moves_draw() -> None:
    page = (ROOT / "services" / "orders" / "README.md").read_text()

    assert f"```mermaid\n{moves.picture()}\n```" in page


@pytest.mark.parametrize("name", PICTURES)
def test_the_other_pictures_of_orders_are_those_that_the_moves_draw(name: str) -> None:
    page = (ROOT / "services" / "orders" / "README.md").read_text()

    assert f"```mermaid\n{PICTURES[name]}\n```" in page


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_page_lists_what_the_service_tells(name: str) -> None:
    listed = [code_in(row[0])[0] for row in rows(section(page_of(name), "Tells"))]

    assert sorted(listed) == sorted(each.name for each in registry.published_by(name).values())


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_page_lists_what_the_service_hears_and_who_hears_it(name: str) -> None:
    service = service_of(name)
    wanted: dict[str, list[str]] = {}
    for contract, reaction in service.reactions.items():
        wanted.setdefault(contract.name, []).append(getattr(reaction, "__name__", ""))
    for projection in service.projections:
        for contract in projection.hears:
            wanted.setdefault(contract.name, []).append(projection.name)

    listed = {code_in(row[0])[0]: row[1] for row in rows(section(page_of(name), "Hears"))}

    assert sorted(listed) == sorted(wanted)
    for event, hearers in wanted.items():
        assert set(hearers) <= set(code_in(listed[event])), event


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_page_names_each_aggregate_and_database(name: str) -> None:
    text = page_of(name).read_text()

    assert Settings.read(name, REQUIRED).mongo_database in text
    for file in re.findall(r"`(model/[a-z_]+\.py)`", text):
        assert (page_of(name).parent / file).exists(), file


def page_of(service: str) -> Path:
    return ROOT / "services" / service / "README.md"


# ---- the operator's handbook ----


class Recorder(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(REQUIRED)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def settings_listed() -> dict[str, list[str]]:
    """Variable and what stands as its default."""
    return {
        variable: code_in(row[1])
        for row in rows(section(OPERATING, "Settings of a service"))
        for variable in code_in(row[0])
    }


def test_the_handbook_lists_every_setting() -> None:
    environment = Recorder()
    Settings.read("orders", environment)
    read = {name for name in environment.asked if f"{name}_FILE" in environment.asked}

    assert set(settings_listed()) == read | {"CLOCK_FILE"}


def test_the_defaults_in_the_handbook_are_those_of_the_code() -> None:
    usual = vars(Settings.read("orders", REQUIRED))
    for variable, default in settings_listed().items():
        if variable in REQUIRED:
            without = {name: value for name, value in REQUIRED.items() if name != variable}
            assert not default
            with pytest.raises(MissingSetting, match=variable):
                Settings.read("orders", without)
        elif default:
            given = REQUIRED | {variable: default[0].replace("<service>", "orders")}
            same = {**vars(Settings.read("orders", given)), "clock": usual["clock"]}
            assert same == usual, variable


def test_the_handbook_lists_how_gunicorn_is_set() -> None:
    code = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    read = dict(re.findall(r'environ\.get\("([A-Z_]+)", "([^"]*)"\)', code))
    listed = {
        code_in(row[0])[0]: code_in(row[1])[0]
        for row in rows(section(OPERATING, "Settings of an api process"))
    }

    assert listed == read


def test_the_handbook_lists_every_scope() -> None:
    listed = {
        scope
        for row in rows(section(OPERATING, "Scopes"))
        for scope in code_in(row[0])
        if "*" not in scope
    }

    asked = {scope for each in operations() for scope in (each.scope, *each.also) if scope}
    assert listed == asked | {FEED_SCOPE}


def test_the_handbook_names_every_command_of_the_operator() -> None:
    listed = {code_in(row[0])[0].split()[0] for row in rows(section(OPERATING, "Commands"))}

    own = [getattr(import_module(f"services.{name}.app"), "COMMANDS", {}) for name in SERVICES]
    assert listed == set(COMMANDS).union(*own)


def test_the_handbook_lists_every_metric() -> None:
    names = {family.name for family in health.Metrics(MagicMock()).registry.collect()}
    listed = {
        metric.removesuffix("_total")
        for row in rows(section(OPERATING, "Metrics"))
        for metric in code_in(row[0])
    }

    assert listed == names


# ---- all pages ----


@pytest.mark.parametrize("page", FIRST_ORDER, ids=name_of)
def test_the_first_order_asks_for_paths_that_exist(page: Path) -> None:
    known = {re.sub(r"\{\w+\}", "*", each.path) for each in operations()}
    known |= {"/v1/feed", "/v1/whoami", "/readyz"}
    asked = re.findall(r"\$[A-Z]+_URL(/[\w/$-]+)", page.read_text())

    assert asked
    assert [path for path in asked if re.sub(r"\$\w+", "*", path) not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text())):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve() if file else page
            assert path.exists(), target
            assert not anchor or anchor in anchors(path), target


def anchors(page: Path) -> Sequence[str]:
    """As they are made of headings: lower case, without punctuation, hyphens for spaces."""
    titles = re.findall(r"^#+ (.*)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_registry_or_a_place_of_one_machine(page: Path) -> None:
    text = page.read_text()

    assert [found[0] for found in _REGISTRIES.finditer(text)] == []
    assert [found[0] for found in _OF_ONE_MACHINE.finditer(text)] == []
