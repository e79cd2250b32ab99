"""Looks for personal data where none may be: in every document of every database, in the logs, and
in the files that the broker keeps messages in. What is packed (ZIP, streams of a PDF) is unpacked.

Whatever looks like a mobile number or the number of an identity card is found, of whomever, and the
street where all test persons live. What stands in a database in clear would stand in its dump, and
every event and audit entry is a document of one.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo.database import Database

from shared.contracts.personal import card_problem
from shared.settings import SERVICES
from tests.pdf_text import streams_of, text_of
from tests.system import System
from tests.unit.persons import STREET

READ_BYTES = 1024 * 1024
OVERLAP_BYTES = 256  # longer than what is looked for

_ALONE = r"(?<![0-9A-Za-z])(?<![0-9]\.){}(?![0-9A-Za-z])(?!\.[0-9])"  # in no id, no fraction
ESCAPED = json.dumps(STREET)[1:-1].encode()
_LIKELY = re.compile(rb"1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]|" + re.escape(STREET.encode()))
_MOBILE = re.compile(_ALONE.replace("{}", "1[3-9][0-9]{9}"))
_CARD = re.compile(_ALONE.replace("{}", "[1-9][0-9]{16}[0-9Xx]"))


def found_in(text: str) -> list[str]:
    """What looks like personal data."""
    cards = [each for each in _CARD.findall(text) if not card_problem(each.upper())]
    streets = [STREET] if STREET in text else []
    return [*_MOBILE.findall(text), *cards, *streets]


def leaks(system: System) -> list[str]:
    """Each place where there is some, with what; empty in a good run."""
    return [*_in_databases(system), *_in_logs(system.folder), *in_broker(system)]


def broker_folder(system: System) -> Path | None:
    """Where the broker keeps its messages; None where it is not on this machine's disk."""
    folder: Path | None = getattr(system.parts.rabbitmq, "folder", None)
    return folder / "data" if folder else None


def in_broker(system: System) -> Iterator[str]:
    """Each file of the message store, the logs of queues and the broker's own tables."""
    folder = broker_folder(system)
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file():
            for each in sorted(_in_file(path)):
                yield f"broker {path.relative_to(folder)}: {each}"  # type: ignore[arg-type]


def _in_file(path: Path) -> set[str]:
    """A part at a time, each with the end of the one before: a log may be large, and mostly empty.
    It may also be gone by now."""
    found: set[str] = set()
    with suppress(FileNotFoundError), path.open("rb") as file:
        end = b""
        while part := file.read(READ_BYTES):
            seen = end + part
            if ESCAPED in seen:
                found.add(STREET)
            for match in _LIKELY.finditer(seen):  # the rest need not be made a text of
                near = seen[max(0, match.start() - 8) : match.end() + 8]
                found.update(found_in(near.decode(errors="replace")))
            end = part[-OVERLAP_BYTES:]
    return found


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
    if data.startswith(b"%PDF"):
        for number, content in enumerate(streams_of(data)):
            yield f"{path}/stream {number}", content.decode(errors="replace")
        lines = text_of(data)
        yield f"{path}/text", lines
        yield f"{path}/text without ends of lines", lines.replace("\n", "")
    if not data.startswith(b"PK\x03\x04"):
        yield path, data.decode(errors="replace")
        return
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            yield f"{path}/{name}", packed.read(name).decode(errors="replace")
