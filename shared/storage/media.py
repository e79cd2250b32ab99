"""What an uploaded file is, by its content; and pictures without anything but their pixels."""

from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from shared.errors import Unprocessable, invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 8 * 1024 * 1024
"""Of an upload, and of what is made of it; a document of MongoDB has 16 MB."""
MOST_PIXELS = 40_000_000
"""Of a picture; decoded it takes up to four bytes each."""
LONGEST_SIDE = 4096
"""Pixels; a larger picture is made smaller."""
JPEG_QUALITY = 88


class Media(StrEnum):
    """The types that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


PICTURES = {Media.JPEG: "JPEG", Media.PNG: "PNG", Media.WEBP: "WEBP"}
EXTENSIONS = {
    Media.JPEG: "jpg",
    Media.PNG: "png",
    Media.WEBP: "webp",
    Media.PDF: "pdf",
    Media.DOCX: "docx",
    Media.XLSX: "xlsx",
}
_IN_ZIP = {"word/document.xml": Media.DOCX, "xl/workbook.xml": Media.XLSX}


def cleaned(data: bytes) -> tuple[Media, bytes]:
    """The type and the bytes to keep. Raises Unprocessable naming the body."""
    media = media_of(data)
    if media is None:
        raise invalid(
            "body",
            "should be a JPEG, PNG, WebP, PDF, DOCX or XLSX file, without macros",
            "应为 JPEG、PNG、WebP、PDF、DOCX 或 XLSX 文件,不含宏",
        )
    return media, _picture(data, PICTURES[media]) if media in PICTURES else data


def media_of(data: bytes) -> Media | None:
    """By the content alone; None for what is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Media.WEBP
    if data.startswith(b"%PDF-"):
        return Media.PDF
    return _office(data) if data.startswith(b"PK\x03\x04") else None


def _office(data: bytes) -> Media | None:
    """A document or workbook without macros; nothing is unpacked."""
    try:
        names = set(ZipFile(BytesIO(data)).namelist())
    except (BadZipFile, ValueError, OSError):
        return None
    if "[Content_Types].xml" not in names or any(n.endswith("vbaProject.bin") for n in names):
        return None
    return next((media for part, media in _IN_ZIP.items() if part in names), None)


def _picture(data: bytes, kind: str) -> bytes:
    """The same picture, turned as its EXIF data says, and then without them."""
    from PIL import Image, ImageOps  # heavy

    try:
        with Image.open(BytesIO(data), formats=[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _unreadable(f"should have at most {MOST_PIXELS} pixels")
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _encoded(_pixels(upright, kind), kind)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise _unreadable("should be a picture that can be read") from error


def _pixels(picture: "Image", kind: str) -> "Image":
    """A new picture of nothing but the pixels: no EXIF, comment, profile or thumbnail."""
    from PIL import Image  # heavy

    mode = "RGBA" if picture.has_transparency_data and kind != "JPEG" else "RGB"
    bare = Image.new(mode, picture.size)
    bare.paste(picture.convert(mode))
    return bare


def _encoded(picture: "Image", kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind, quality=JPEG_QUALITY)
    if out.tell() > MOST_BYTES:
        raise _unreadable(f"should have at most {MOST_BYTES} bytes as {kind}")
    return out.getvalue()


def _unreadable(en: str) -> Unprocessable:
    return invalid("body", en, f"图片无法读取或过大(最多 {MOST_PIXELS} 像素、{MOST_BYTES} 字节)")
