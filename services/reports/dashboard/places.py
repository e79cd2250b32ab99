"""Where a map draws each site: in metres from the middle of all, so both axes have one scale.

No tiles and no background: where stations lie to each other is all that is drawn, and nobody else
is asked. A site whose position is not known has its schematic place; who has neither is in the
list beneath alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

from shared.storage.mongo import Document

METRES_A_DEGREE = 111_320  # of latitude; of longitude at the equator
FEWEST = 2  # one place has no other to lie to


@dataclass(frozen=True)
class Place:
    """Of one site."""

    east: int  # metres from the middle
    north: int
    schematic: bool  # not where it really is


def places_of(sites: Iterable[Document]) -> dict[str, Place]:
    """By code, of the open ones; empty where fewer than two have a place."""
    known = {
        row["_id"]: (at["latitude"], at["longitude"], not row.get("position"))
        for row in sites
        if row["open"] and (at := row.get("position") or row.get("drawn_at"))
    }
    if len(known) < FEWEST:
        return {}
    middle = _middle([at[0] for at in known.values()]), _middle([at[1] for at in known.values()])
    across = METRES_A_DEGREE * cos(radians(middle[0]))
    return {
        site: Place(
            east=round((longitude - middle[1]) * across),
            north=round((latitude - middle[0]) * METRES_A_DEGREE),
            schematic=schematic,
        )
        for site, (latitude, longitude, schematic) in known.items()
    }


def _middle(values: list[float]) -> float:
    return (min(values) + max(values)) / 2
