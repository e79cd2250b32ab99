"""Periods."""

from datetime import UTC, timedelta

from tests.system.running import System


def month_of_now(system: System) -> str:
    """The month in Asia/Shanghai that what happens now counts in."""
    return (system.now().astimezone(UTC) + timedelta(hours=8)).strftime("%Y-%m")
