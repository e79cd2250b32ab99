"""A ZIP as a stream: what goes in comes out, and memory does not grow with it."""

import csv
import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.reports.zip_stream import MANIFEST, Entry, safe, table, zipped

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def opened(*entries: Entry) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zipped(entries, NOW))))


def test_what_goes_in_comes_out_with_its_chinese_name_and_its_checksum() -> None:
    picture = b"\xff\xd8\xff" + bytes(range(256)) * 40

    archive = opened(
        Entry("01-活动/照片.jpg", picture), Entry("02-总结.csv", iter([b"a,", b"b\r\n"]))
    )

    assert archive.testzip() is None
    assert archive.namelist() == ["01-活动/照片.jpg", "02-总结.csv", MANIFEST]
    assert archive.read("01-活动/照片.jpg") == picture
    assert archive.getinfo("01-活动/照片.jpg").date_time == (2026, 3, 2, 9, 0, 0)
    lines = list(csv.DictReader(io.StringIO(archive.read(MANIFEST).decode("utf-8-sig"))))
    assert [(e["path"], int(e["bytes"]), e["sha256"]) for e in lines] == [
        (name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in (("01-活动/照片.jpg", picture), ("02-总结.csv", b"a,b\r\n"))
    ]


def test_two_files_of_one_title_are_both_there() -> None:
    archive = opened(
        Entry("a/照片.jpg", b"1"), Entry("a/照片.jpg", b"2"), Entry("a/照片.jpg", b"3")
    )

    assert [archive.read(name) for name in archive.namelist()[:3]] == [b"1", b"2", b"3"]


@pytest.mark.parametrize("title", ["../../etc/passwd", "a/b\\c:d", "\x00\n", "...", "照" * 300, ""])
def test_no_title_leads_out_of_its_folder(title: str) -> None:
    made = safe(title)

    assert made and len(made) <= 60
    assert not set(made) & set('/\\:*?"<>|\n\x00')
    assert made not in (".", "..")


def test_no_text_of_a_table_is_taken_for_a_formula() -> None:
    made = table(("a", "b"), [("=1+1", -3)]).decode("utf-8-sig")

    assert made.splitlines() == ["a,b", "'=1+1,-3"]


def test_some_thousand_entries_pass_in_bounded_memory() -> None:
    one, count = 256 * 1024, 4000  # a gigabyte

    def entries() -> Iterator[Entry]:
        for number in range(count):
            yield Entry(f"{number % 40:02d}-活动/{number}.jpg", number.to_bytes(4) * (one // 4))

    tracemalloc.start()
    size = sum(map(len, zipped(entries(), NOW)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > one * count
    assert peak < 16 * 1024 * 1024, f"{peak / 2**20:.1f} MiB"
