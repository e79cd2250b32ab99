"""Stars (星级) by credited hours. The thresholds are data: localities differ."""

from collections.abc import Sequence

from shared.contracts import volunteers as told
from shared.contracts.base import Event

USUAL_HOURS = (100, 300, 600, 1000, 1500)
"""One to five stars, as 志愿服务记录办法 (民函〔2012〕340号) has them."""


def stars_of(minutes: int, thresholds: Sequence[int]) -> int:
    """How many stars so many minutes are worth; `thresholds` in hours, rising."""
    return sum(minutes >= hours * 60 for hours in thresholds)


def changed(
    volunteer: str, site: str, before: int, minutes: int, thresholds: Sequence[int]
) -> list[Event]:
    """What to tell where the total has passed thresholds, up or down."""
    now = stars_of(minutes, thresholds)
    if now < before:
        return [
            told.StarWithdrawn(site=site, volunteer=volunteer, stars=now, total_minutes=minutes)
        ]
    return [
        told.StarAwarded(
            site=site,
            volunteer=volunteer,
            stars=stars,
            hours=thresholds[stars - 1],
            total_minutes=minutes,
        )
        for stars in range(before + 1, now + 1)
    ]
