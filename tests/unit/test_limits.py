"""The rate limit: a bucket for each client."""

import time

import pytest

from shared.errors import TooMany
from shared.web.limits import RateLimit


def taken(limit: RateLimit, client: str, most: int) -> int:
    """How many requests in a row are let through, up to `most`."""
    for count in range(most):
        try:
            limit.take(client)
        except TooMany:
            return count
    return most


def test_as_many_at_once_as_come_in_two_seconds() -> None:
    assert taken(RateLimit(0.5 * 10), "one", 100) == 10


@pytest.mark.parametrize(("per_second", "seconds"), [(20, 1), (1, 1), (0.5, 2)])
def test_who_is_too_fast_is_told_how_long_to_wait(per_second: float, seconds: int) -> None:
    limit = RateLimit(per_second)
    taken(limit, "one", 100)

    with pytest.raises(TooMany) as refused:
        limit.take("one")

    assert refused.value.extra == {"retry_after": seconds}


def test_another_client_is_not_held_up() -> None:
    limit = RateLimit(5)
    taken(limit, "one", 100)

    limit.take("other")


def test_what_was_taken_comes_back_with_time_and_no_more_than_that() -> None:
    limit = RateLimit(20)
    taken(limit, "one", 100)

    time.sleep(0.25)

    assert 4 <= taken(limit, "one", 100) <= 12  # a busy machine sleeps longer
