"""Opens the secrets that deliveries are signed with; each is kept in memory for a while."""

import threading
import time

from shared.storage.vault import Reading, Vault

KEPT_SECONDS = 3600.0
MOST = 1000


class Secrets:
    """One for a process."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._opened: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def open(self, subscription: str, sealed: str) -> str:
        """In clear; a reading of it is in the audit. Raises Unavailable without master keys."""
        with self._lock:
            until, secret = self._opened.get(sealed, (0.0, ""))
            if until > time.monotonic():
                return secret
            if len(self._opened) >= MOST:
                self._opened.clear()
            reading = Reading(
                client="webhooks",
                person="",
                operation="webhooks.deliver",
                subject=subscription,
                fields=("secret",),
                purpose="webhook",
            )
            secret = self._vault.open(sealed, reading)
            self._opened[sealed] = (time.monotonic() + KEPT_SECONDS, secret)
            return secret
