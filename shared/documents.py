"""PDF documents: a typst template and data in, PDF out, set in a Chinese font.

A template is a `.typ` file beside the service's code. It finds its data in `data`, as what JSON
makes of it, and never fetches anything: `pdf(Path(__file__).with_name("report.typ"), data, at)`.
The documents are PDF/A (2u), which is made for keeping: every font is inside, all text can be read
by machine, and the same data at the same business time gives the same bytes.
"""

import io
import json
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.errors import Text, Unavailable, Unprocessable

FONTS = ("WenQuanYi Micro Hei", "Noto Sans CJK SC")
"""In the order of choice: a character that the first lacks is taken from the next that is there."""
FONT_PACKAGE = "fonts-wqy-microhei"  # of Debian and Ubuntu
MORE_CHARACTERS = "fonts-noto-cjk"  # rare ones too; ten times the size

_PRELUDE = """\
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 2.2cm)
#set text(font: json(bytes(sys.inputs.fonts)), fallback: false)
#set text(lang: "zh", region: "cn", size: 10.5pt)
"""
_NO_GLYPH = "could not be displayed with font"
_lock = threading.Lock()
_fonts: Any = None  # a font of the machine is looked for once in each process


def pdf(
    template: Path, data: Mapping[str, Any], at: datetime, files: Mapping[str, bytes] | None = None
) -> bytes:
    """The document, dated `at`. `files`: pictures, for `#image("/name.jpg")` in the template.

    Raises Unavailable where no font is installed, Unprocessable naming a character that no
    installed font has, and typst's own error where the template is wrong.
    """
    import typst

    fonts = _installed()
    source = (_PRELUDE + template.read_text()).encode()
    inputs = {
        "data": json.dumps(data, ensure_ascii=False, default=str),
        "fonts": json.dumps([each for each in FONTS if each in fonts.families()]),
    }
    with tempfile.TemporaryDirectory(prefix="shijian-") as folder:
        for name, content in (files or {}).items():
            (Path(folder) / name).write_bytes(content)
        compiler = typst.Compiler(
            source, root=folder, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs
        )
        try:
            made = compiler.compile(
                format="pdf", pdf_standards="a-2u", timestamp=at.replace(microsecond=0)
            )
        except typst.TypstError as error:
            if _NO_GLYPH in str(error):
                raise _unknown_character(str(error)) from None
            raise
    assert isinstance(made, bytes)  # one document, not a picture for each page
    return made


def qr(text: str) -> str:
    """A QR code as SVG, for `#image(bytes(data.qr), format: "svg")`; a little may be unreadable."""
    import segno

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", xmldecl=False, border=2)
    return picture.getvalue().decode()


def _installed() -> Any:
    global _fonts
    import typst

    with _lock:
        if _fonts is None:
            found = typst.Fonts(include_embedded_fonts=False)
            if not set(FONTS) & set(found.families()):
                raise Unavailable(
                    Text(
                        f"No Chinese font for documents is installed; the operator installs the "
                        f"package {FONT_PACKAGE}.",
                        f"未安装文档所需的中文字体,请系统管理员安装软件包 {FONT_PACKAGE}。",
                    )
                )
            _fonts = found
        return _fonts


def _unknown_character(message: str) -> Unprocessable:
    shown = message.split('"')[1] if message.count('"') > 1 else "?"
    return Unprocessable(
        Text(
            f"No installed font has {shown}; the operator can install {MORE_CHARACTERS}.",
            f"已安装的字体中没有“{shown}”字,请系统管理员安装 {MORE_CHARACTERS}。",
        )
    )
