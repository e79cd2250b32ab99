"""A PDF from a template and data: its text can be read back, and what can't be set is said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared import documents
from shared.errors import Unavailable, Unprocessable
from tests.pdf_text import text_of

AT = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.typ"
    path.write_text(
        "= #data.title\n#for row in data.rows [#row.name #row.minutes \\ ]\n"
        '#if "qr" in data { image(bytes(data.qr), format: "svg", width: 3cm) }\n'
        '#if "picture" in data { image(data.picture) }\n#pagebreak(weak: true) 末页'
    )
    return path


def test_chinese_text_is_in_the_document_and_can_be_read_back(template: Path) -> None:
    rows = [{"name": "王小明", "minutes": 90}, {"name": "#eval(李) *华*", "minutes": 5}]

    made = documents.pdf(template, {"title": "志愿服务记录证明", "rows": rows}, AT)

    assert made.startswith(b"%PDF-1.7")
    text = text_of(made).replace("\n", "")  # a bracket may be set with a gap of its own
    assert "志愿服务记录证明" in text and "王小明 90" in text and "末页" in text
    assert "#eval(李) *华* 5" in text, "data is never read as typst's own language"


def test_the_same_data_at_the_same_time_gives_the_same_bytes(template: Path) -> None:
    data = {"title": "报告", "rows": [], "qr": documents.qr("https://example.org/v/1")}

    assert documents.pdf(template, data, AT) == documents.pdf(template, data, AT)


def test_a_picture_comes_beside_the_data(template: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'

    with_it = documents.pdf(
        template, {"title": "图", "rows": [], "picture": "/a.svg"}, AT, {"a.svg": svg}
    )

    assert with_it != documents.pdf(template, {"title": "图", "rows": []}, AT)


def test_a_character_that_no_font_has_is_named(template: Path) -> None:
    with pytest.raises(Unprocessable) as refused:
        documents.pdf(template, {"title": "王🧿小明", "rows": []}, AT)

    assert "🧿" in refused.value.detail.en


def test_without_a_chinese_font_nothing_is_made_and_the_package_is_named(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_fonts", None)
    monkeypatch.setattr(documents, "FONTS", ("No such font",))

    with pytest.raises(Unavailable, match=documents.FONT_PACKAGE):
        documents.pdf(template, {"title": "报告", "rows": []}, AT)
