"""How fast a client may send: a token bucket for each client, in each process."""

import threading
import time

from shared.errors import Text, TooMany


class RateLimit:
    """`per_second` on average, and as many at once as come in two seconds."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = per_second * 2
        self._buckets: dict[str, tuple[float, float]] = {}  # client: tokens, when
        self._lock = threading.Lock()

    def take(self, client: str) -> None:
        """Raises TooMany with the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            tokens, then = self._buckets.get(client, (self._most, now))
            tokens = min(self._most, tokens + (now - then) * self._per_second)
            self._buckets[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            wait = max(1, round((1 - tokens) / self._per_second))
            raise TooMany(
                Text(f"Wait {wait} s before the next request.", f"请等待 {wait} 秒后再试。"),
                extra={"retry_after": wait},
            )
