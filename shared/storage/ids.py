"""Ids. What a command or reaction makes has an id derived from what asked for it, so that asking
twice finds the first (PROTOCOL 1 and 3)."""

import hashlib
import random
import secrets

ID_LETTERS = 30  # 120 bits: no two of 10^12 things share one


def derived_id(prefix: str, *parts: str) -> str:
    """The same parts give the same id: `derived_id("ord", client, route, key)`."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{prefix}_{digest[:ID_LETTERS]}"


def random_id(prefix: str) -> str:
    """An id nobody can guess, for what was asked without a key."""
    return f"{prefix}_{secrets.token_hex(ID_LETTERS // 2)}"


def open_id() -> str:
    """Id of a request or an event, which is no secret: made without a system call, at which a
    thread of a busy server stands aside for the others."""
    return f"{random.getrandbits(128):032x}"
