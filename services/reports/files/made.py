"""The files of published reports: made when first asked for, then kept as they are for ever."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson.binary import Binary
from pymongo.errors import DuplicateKeyError

from services.reports.files.content import CHINESE, ENGLISH, Content, Names, content_of
from services.reports.model.report import Report
from shared.service import Kit
from shared.storage.aggregates import Loaded
from shared.storage.mongo import Document


class Language(StrEnum):
    """Of a file."""

    CHINESE = "zh"
    ENGLISH = "en"


class Format(StrEnum):
    """Of a file; also the ending of its name."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"


MEDIA: Mapping[Format, str] = {
    Format.HTML: "text/html; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True)
class MadeFile:
    """One file of one report, or of something else that is fixed."""

    report: str  # its id
    format: Format
    language: Language
    content: bytes
    checksum: str  # SHA-256 of the bytes
    made: datetime

    @property
    def name(self) -> str:
        """Suggested to who saves it."""
        return f"{self.report}.{self.language}.{self.format}"


def index_of(language: Language) -> int:
    """Of a text in two languages."""
    return CHINESE if language is Language.CHINESE else ENGLISH


class ReportFiles:
    """Kept in one collection, a document for each file: the bytes are never written anew."""

    def __init__(self, kit: Kit) -> None:
        self._rows = kit.database["report_files"]
        self._settings = kit.settings
        self._clock = kit.clock

    def of(
        self, report: Loaded[Report], format: Format, language: Language, names: Callable[[], Names]
    ) -> MadeFile:
        """Raises Unavailable where a PDF is asked for and no Chinese font is installed."""

        def content() -> Content:
            return content_of(
                report.id,
                report.state,
                names(),
                index_of(language),
                self._settings.smallest_cell,
                report.state.published_at or report.made,
            )

        return self.kept(report.id, format, language, content)

    def kept(
        self, of: str, format: Format, language: Language, content: Callable[[], Content]
    ) -> MadeFile:
        """What is kept of `of`, an id; else it is made of `content`, and kept. Raises Unavailable
        where a PDF is asked for and no Chinese font is installed."""
        id = f"{of}:{language}:{format}"
        row = self._rows.find_one({"_id": id}) or self._make(id, format, language, content())
        return MadeFile(of, format, language, bytes(row["content"]), row["checksum"], row["made"])

    def made(self, report: str) -> list[Document]:
        """What has been made of a report: language, format, size in bytes and checksum."""
        query = {"_id": {"$gte": f"{report}:", "$lt": f"{report};"}}
        rows = self._rows.find(query, {"checksum": 1, "size": {"$binarySize": "$content"}})
        return [
            dict(zip(("language", "format"), row["_id"].split(":")[1:], strict=True))
            | {"size": row["size"], "checksum": row["checksum"]}
            for row in rows.sort("_id", 1)
        ]

    def _make(self, id: str, format: Format, language: Language, content: Content) -> Document:
        made = self._write(content, format, language)
        row: Document = {
            "_id": id,
            "content": Binary(made),
            "checksum": hashlib.sha256(made).hexdigest(),
            "made": self._clock.now(),
        }
        try:
            self._rows.insert_one(row)
        except DuplicateKeyError:  # another request was first, and its bytes are the file
            return self._rows.find_one({"_id": id}) or row
        return row

    def _write(self, content: Content, format: Format, language: Language) -> bytes:
        """What writes a format loads large libraries."""
        match format:
            case Format.HTML:
                from services.reports.files import html_file

                return html_file.write(content, language)
            case Format.CSV:
                from services.reports.files import csv_file

                return csv_file.write(content)
            case Format.XLSX:
                from services.reports.files import xlsx_file

                return xlsx_file.write(content)
            case Format.DOCX:
                from services.reports.files import docx_file

                return docx_file.write(content, self._settings.report_template)
        from services.reports.files import pdf_file

        return pdf_file.write(content)
