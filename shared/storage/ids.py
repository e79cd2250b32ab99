"""Ids. What a command or reaction makes has an id derived from what asked for it, so that asking
twice finds the first (PROTOCOL 1 and 3)."""

import hashlib
import secrets
from base64 import b32encode

ID_LETTERS = 24  # 120 bits: no two of 10^12 things share one


def derived_id(prefix: str, *parts: str) -> str:
    """The same parts give the same id: `derived_id("ord", client, route, key)`."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"{prefix}_{b32encode(digest).decode().lower()[:ID_LETTERS]}"


def random_id(prefix: str) -> str:
    """An id nobody can guess, for what was asked without a key."""
    return f"{prefix}_{b32encode(secrets.token_bytes(15)).decode().lower()[:ID_LETTERS]}"
