"""Which station a request is for: named by `address_id`, else the nearest, else the institute."""

from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

from services.orders.api.open311.parameters import NewRequest, refused
from shared.contracts.vocabulary import SiteLevel

EARTH_KM = 6371.0
NEAR_KM = 10.0
"""A position farther than this from every station is not in the sub-district."""
Site = Mapping[str, Any]


def site_for(request: NewRequest, sites: Iterable[Site]) -> str:
    """Code of the open site. Raises InvalidInput where the location is missing or elsewhere."""
    if request.address_id:
        return request.address_id  # whether it is known and open is asked where it is placed
    is_open = [each for each in sites if each["open"]]
    if request.position:
        return _nearest(request.position, is_open)
    if request.address:
        return _institute(is_open)
    raise refused(
        "address_id",
        "say where: lat and long, address_string, or address_id (a station's code)",
        "请说明地点:lat 和 long、address_string,或 address_id(站点编码)",
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle between two positions in degrees."""
    (lat1, long1), (lat2, long2) = (tuple(map(radians, each)) for each in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((long2 - long1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def _nearest(position: tuple[float, float], sites: list[Site]) -> str:
    placed = [
        (kilometres(position, (at["latitude"], at["longitude"])), str(each["_id"]))
        for each in sites
        if (at := each.get("position"))
    ]
    if not placed:
        return _institute(sites)
    distance, code = min(placed)
    if distance > NEAR_KM:
        raise refused(
            "lat",
            f"lies more than {NEAR_KM:g} km from every station",
            f"距各站点均超过 {NEAR_KM:g} 公里",
        )
    return code


def _institute(sites: list[Site]) -> str:
    """It takes what names no station."""
    codes = sorted(str(each["_id"]) for each in sites if each.get("level") == SiteLevel.INSTITUTE)
    if not codes:
        raise refused(
            "address_id",
            "name a station by its code: which one it is can't be told",
            "无法判断所属站点,请填写站点编码",
        )
    return codes[0]
