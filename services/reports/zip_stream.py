"""A ZIP as a stream of bytes: one entry in memory at a time, however many there are.

Its last entry lists all others with size and SHA-256, so that anybody can check each of them.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.reports.files import csv_file
from services.reports.model.period import SHANGHAI

MEDIA_TYPE = "application/zip"
MANIFEST = "清单与校验值.csv"
STORED = (".jpg", ".png", ".webp", ".pdf", ".docx", ".xlsx")  # packed already
MOST_ENTRIES = 50_000
PIECE = 256 * 1024  # bytes that are handed on at once


@dataclass(frozen=True)
class Entry:
    """One file of the ZIP."""

    path: str  # folders by `/`
    content: bytes | Iterable[bytes]  # in parts where it may be large


class _Sink(io.RawIOBase):
    """What zipfile writes, until it is taken. It can't be sought in, so sizes follow the data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self.size += len(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.size = [], 0
        return taken


def zipped(entries: Iterable[Entry], at: datetime) -> Iterator[bytes]:
    """Entries are asked for one by one, while what came before has gone out."""
    sink, lines = _Sink(), []
    dated = at.astimezone(SHANGHAI).timetuple()[:6]
    names = set[str]()
    with zipfile.ZipFile(sink, "w") as archive:
        for entry in entries:
            path, size, digest = _free(entry.path, names), 0, hashlib.sha256()
            parts = [entry.content] if isinstance(entry.content, bytes) else entry.content
            with archive.open(_info(path, dated), "w", force_zip64=True) as written:
                for part in parts:
                    written.write(part)
                    digest.update(part)
                    size += len(part)
                    if sink.size >= PIECE:
                        yield sink.take()
            lines.append((path, size, digest.hexdigest()))
        archive.writestr(_info(MANIFEST, dated), table(("path", "bytes", "sha256"), lines))
    yield sink.take()


def _info(path: str, dated: tuple[int, ...]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, dated)  # type: ignore[arg-type]
    info.compress_type = zipfile.ZIP_STORED if path.endswith(STORED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _free(path: str, names: set[str]) -> str:
    """A path that no entry has yet: two files of one title must not hide each other."""
    stem, dot, ending = path.rpartition(".")
    number, free = 1, path
    while free in names:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    names.add(free)
    return free


def safe(name: str, longest: int = 60) -> str:
    """A part of a path, of any title: no folder, no letter that a file system refuses."""
    kept = "".join("_" if each in '\\/:*?"<>|' or ord(each) < 32 else each for each in name)
    return kept.strip(" .")[:longest].strip(" .") or "_"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV that spreadsheet programs open with its Chinese; no text is taken for a formula."""
    return (csv_file.BOM + "".join(csv_file.written(chain([heads], rows)))).encode()
