"""GCJ-02 (火星坐标), the shifted datum of Chinese map services, turned into WGS 84.

The shift is not published; the series below, on the Krasovsky 1940 ellipsoid, is the one that
independent programs agree upon (eviltransform, PRCoords). It is turned round by fixed-point
iteration, to well under a metre.
"""

from math import cos, pi, radians, sin, sqrt

SEMI_MAJOR_METRES = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
CENTRE = 35.0, 105.0  # latitude, longitude that the series is about
ROUNDS = 6  # of the iteration: each leaves less than a thousandth of what was wrong
DECIMALS = 6  # of a degree: 0.1 m

_Waves = tuple[tuple[float, float], ...]
_NORTH: _Waves = ((20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))  # metres; by latitude
_EAST: _Waves = ((20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))  # metres; by longitude
_BOTH: _Waves = ((20, 6), (20, 2))  # metres; by longitude


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Of a position in GCJ-02, both in degrees."""
    north, east = latitude, longitude
    for _ in range(ROUNDS):
        shifted = to_gcj02(north, east)
        north, east = north + latitude - shifted[0], east + longitude - shifted[1]
    return round(north, DECIMALS), round(east, DECIMALS)


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Of a position in WGS 84, both in degrees; within China."""
    y, x = latitude - CENTRE[0], longitude - CENTRE[1]
    both, root = _sum(_BOTH, x), sqrt(abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both + _sum(_NORTH, y)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both + _sum(_EAST, x)
    bend = 1 - ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
    meridian = radians(SEMI_MAJOR_METRES * (1 - ECCENTRICITY_SQUARED) / bend**1.5)
    parallel = radians(SEMI_MAJOR_METRES / sqrt(bend) * cos(radians(latitude)))
    return latitude + north / meridian, longitude + east / parallel


def _sum(waves: _Waves, degrees: float) -> float:
    return sum(height * sin(degrees * pi * often) for height, often in waves) * 2 / 3
