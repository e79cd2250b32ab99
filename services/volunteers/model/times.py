"""Days as people here count them, without a library."""

from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def utc_text(moment: datetime) -> str:
    """One text for one moment, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
