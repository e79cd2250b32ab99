"""The text of a PDF that typst made, as far as a test needs it: each line as it was set.

Fonts in such a PDF number their glyphs; `/ToUnicode` says which text a number stands for.
"""

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
_TOKEN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|<<.*?>>|\(((?:[^()\\]|\\.)*)\)|<([0-9a-fA-F]+)>|\b(ET)\b", re.DOTALL
)
"""A font, a dictionary (which shows nothing), a string in one of two ways, the end of a text."""
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Lines in the order they were set."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for name, number in _FONT.findall(body):
            found = _TO_UNICODE.search(objects[int(number)])
            if found:
                fonts[name] = _characters(_content(objects[int(found[1])]))
    pages = (_content(body) for body in objects.values() if b"stream" in body)
    return "\n".join(line for page in pages if b" Tf" in page for line in _lines(page, fonts))


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    if b"FlateDecode" not in body[: found.start()]:
        return found[1]
    try:
        return zlib.decompress(found[1])
    except zlib.error:
        return b""


def _characters(table: bytes) -> dict[int, str]:
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in _PAIR.findall(table)
    }


def _lines(page: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
    characters: dict[int, str] = {}
    line = ""
    for font, plain, coded, end in _TOKEN.findall(page):
        if font:
            characters = fonts.get(font, {})
        elif end:
            yield line
            line = ""
        elif plain or coded:
            glyphs = bytes.fromhex(coded.decode()) if coded else _unescaped(plain)
            width = 1 if len(glyphs) % 2 else 2  # bytes: a font of pictures has few glyphs
            numbers = (glyphs[at : at + width] for at in range(0, len(glyphs), width))
            line += "".join(characters.get(int.from_bytes(each), "?") for each in numbers)


def _unescaped(string: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        escaped = found[1]
        if escaped.isdigit():
            return bytes([int(escaped, 8)])
        return _ESCAPES.get(escaped, escaped)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, string, flags=re.DOTALL)
