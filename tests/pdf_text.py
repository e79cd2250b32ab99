"""The text of a PDF that typst made, as far as a test needs it: each line as it was set.

Fonts in such a PDF number their glyphs; `/ToUnicode` says which text a number stands for.
"""

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
_TOKEN = re.compile(rb"\s*(/?[^\s()<>\[\]/]+|[\[\]]|<<|>>|<[0-9a-fA-F]*>)")
"""All that is no string in brackets."""
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
    pages = [int(found[1]) for body in objects.values() if (found := _CONTENTS.search(body))]
    return "\n".join(line for page in pages for line in _lines(_content(objects[page]), fonts))


def streams_of(pdf: bytes) -> Iterator[bytes]:
    """Everything that is packed in it, unpacked."""
    for _, body in _OBJECT.findall(pdf):
        if content := _content(body):
            yield content


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
    name, shown, line = b"", list[bytes](), ""
    for token, string in _tokens(page):
        if string is not None:
            shown.append(string)
        elif token.startswith(b"/"):
            name = token[1:]
        elif token == b"BDC":
            shown.clear()  # of a tag, not of the text
        elif token == b"Tf":
            characters = fonts.get(name, {})
        elif token in (b"Tj", b"TJ"):
            line += "".join(_text(each, characters) for each in shown)
            shown.clear()
        elif token == b"ET":
            yield line
            line = ""


def _text(glyphs: bytes, characters: dict[int, str]) -> str:
    width = 1 if len(glyphs) % 2 else 2  # bytes: a font of pictures has few glyphs
    numbers = (glyphs[at : at + width] for at in range(0, len(glyphs), width))
    return "".join(characters.get(int.from_bytes(each), "?") for each in numbers)


def _tokens(page: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """Operators, names and numbers as they stand; strings as the bytes they mean."""
    at = 0
    while at < len(page):
        if page[at : at + 1] == b"(":
            string, at = _string(page, at + 1)
            yield b"", string
        elif found := _TOKEN.match(page, at):
            at = found.end()
            token = found[1]
            coded = token.startswith(b"<") and token != b"<<"
            yield token, bytes.fromhex(token[1:-1].decode()) if coded else None
        else:
            at += 1


def _string(page: bytes, at: int) -> tuple[bytes, int]:
    """The string whose bracket was opened before `at`, and where it has ended. Brackets inside
    need no backslash where they are in pairs."""
    found, depth = b"", 1
    while at < len(page):
        byte = page[at : at + 1]
        at += 1
        if byte == b"\\":
            octal = re.match(rb"[0-7]{1,3}", page[at : at + 3])
            escaped = octal[0] if octal else page[at : at + 1]
            at += len(escaped)
            found += bytes([int(escaped, 8)]) if octal else _ESCAPES.get(escaped, escaped)
            continue
        depth += {b"(": 1, b")": -1}.get(byte, 0)
        if depth == 0:
            break
        found += byte
    return found, at
