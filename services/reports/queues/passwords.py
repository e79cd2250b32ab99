"""A password, and what the broker keeps of it (RabbitMQ's own form)."""

import base64
import hashlib
import secrets

ALGORITHM = "rabbit_password_hashing_sha256"
PASSWORD_BYTES = 24
SALT_BYTES = 4  # as RabbitMQ wants it; the password is random, so more would add nothing


def new_password() -> str:
    """In clear: shown once."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def hashed(password: str) -> str:
    """With a new salt."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
