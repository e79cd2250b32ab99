"""Files."""

from io import BytesIO
from typing import Any

from tests.system.answers import Answer
from tests.system.running import System

GPS_IFD, GPS_AREA, PLACE = 0x8825, 28, b"34.5967N 119.2216E"
"""Where EXIF data hold the place of a photograph, and one."""


def photograph() -> bytes:
    """A small one, with a place in its EXIF data."""
    from PIL import Image  # heavy

    exif = Image.Exif()
    exif.get_ifd(GPS_IFD)[GPS_AREA] = PLACE
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(
    system: System, service: str, purpose: str, data: bytes, site: str = "XP11", **options: Any
) -> Answer:
    """A file, as the body of a POST. It may be refused."""
    path = f"/v1/files?site={site}&purpose={purpose}"
    return system.call(service, "POST", path, data, **options)
