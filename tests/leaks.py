"""Looks for personal data where none may be: in every document of every database, and in the logs.

Whatever looks like a mobile number or the number of an identity card is found, of whomever, and the
street where all test persons live. What stands in a database in clear would stand in its dump, and
every event and audit entry is a document of one.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo.database import Database

from shared.contracts.personal import card_problem
from shared.settings import SERVICES
from tests.system import System
from tests.unit.persons import STREET

_ALONE = r"(?<![0-9A-Za-z])(?<![0-9]\.){}(?![0-9A-Za-z])(?!\.[0-9])"  # in no id, no fraction
_MOBILE = re.compile(_ALONE.replace("{}", "1[3-9][0-9]{9}"))
_CARD = re.compile(_ALONE.replace("{}", "[1-9][0-9]{16}[0-9Xx]"))


def found_in(text: str) -> list[str]:
    """What looks like personal data."""
    cards = [each for each in _CARD.findall(text) if not card_problem(each.upper())]
    streets = [STREET] if STREET in text else []
    return [*_MOBILE.findall(text), *cards, *streets]


def leaks(system: System) -> list[str]:
    """Each place where there is some, with what; empty in a good run."""
    return [*_in_databases(system), *_in_logs(system.folder)]


def _in_databases(system: System) -> Iterator[str]:
    for service in SERVICES:
        database = system.database(service)
        for name in sorted(database.list_collection_names()):
            yield from _in_collection(database, service, name)


def _in_collection(database: Database[Any], service: str, name: str) -> Iterator[str]:
    for document in database[name].find():
        for path, text in _texts(document):
            for each in found_in(text):
                yield f"{service}.{name} {document['_id']} {path}: {each}"


def _in_logs(folder: Path) -> Iterator[str]:
    for log in sorted(folder.glob("*.log")):
        with log.open(errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                for each in found_in(line):
                    yield f"{log.name}:{number}: {each}"


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document, names of fields included, and what is packed in bytes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path, str(key)
            yield from _texts(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")
    elif isinstance(value, bytes):
        yield from _packed(value, path)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield path, str(value)


def _packed(data: bytes, path: str) -> Iterator[tuple[str, str]]:
    if not data.startswith(b"PK\x03\x04"):
        yield path, data.decode(errors="replace")
        return
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            yield f"{path}/{name}", packed.read(name).decode(errors="replace")
