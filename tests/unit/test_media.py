"""What an uploaded file is, and what of it is kept."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image

from shared.errors import Unprocessable
from shared.storage import media
from shared.storage.media import Media, cleaned, media_of

WHERE = b"34.5967N 119.2216E"
GPS_IFD, GPS_AREA = 0x8825, 28
ORIENTATION, MAKE, TURNED_RIGHT = 274, 271, 6


def photograph(kind: str = "JPEG", size: tuple[int, int] = (40, 20)) -> bytes:
    """As a telephone makes it: turned, with the place, a device and a comment."""
    picture = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "PhoneOfWang", TURNED_RIGHT
    exif.get_ifd(GPS_IFD)[GPS_AREA] = WHERE
    out = BytesIO()
    picture.save(out, kind, exif=exif, comment=WHERE, icc_profile=b"ProfileOfWang")
    return out.getvalue()


def office(*names: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_its_pixels_and_nothing_else(kind: str) -> None:
    taken = photograph(kind)
    assert b"PhoneOfWang" in taken or kind == "PNG"  # PNG may pack it

    found, kept = cleaned(taken + b"trailing secrets")

    assert found == f"image/{kind.lower()}"
    for secret in (b"PhoneOfWang", WHERE, b"ProfileOfWang", b"trailing", b"Exif", b"eXIf"):
        assert secret not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert "icc_profile" not in picture.info
        assert picture.size == (20, 40)  # turned as the camera was held


def test_transparency_stays() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")

    _, kept = cleaned(out.getvalue())

    with Image.open(BytesIO(kept)) as picture:
        assert picture.getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_large_picture_is_made_smaller() -> None:
    _, kept = cleaned(photograph(size=(6000, 100)))

    with Image.open(BytesIO(kept)) as picture:
        assert max(picture.size) == media.LONGEST_SIDE


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.7 ...", Media.PDF),
        (office("[Content_Types].xml", "word/document.xml"), Media.DOCX),
        (office("[Content_Types].xml", "xl/workbook.xml"), Media.XLSX),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (office("word/document.xml"), None),
        (office("[Content_Types].xml", "evil.exe"), None),
        (b"PK\x03\x04 and then nothing of a zip", None),
        (b"<html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", None),
        (b"GIF89a", None),
        (b"MZ\x90\x00", None),
        (b"", None),
    ],
)
def test_the_type_is_told_by_the_content(data: bytes, found: Media | None) -> None:
    assert media_of(data) is found


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff and then no picture",
        b"\x89PNG\r\n\x1a\n" + b"0" * 100,
        photograph()[:300],
        b"RIFF0000WEBPVP8 ",
        b"MZ, an executable named photo.jpg",
    ],
)
def test_what_only_begins_like_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Unprocessable) as refused:
        cleaned(data)

    assert [each.field for each in refused.value.fields] == ["body"]


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = photograph()
    monkeypatch.setattr(media, "MOST_PIXELS", 40 * 20 - 1)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))

    with pytest.raises(Unprocessable):
        cleaned(taken)
