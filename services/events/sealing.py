"""A ballot in its envelope: sealed with a round's public key, opened with its private key.

Each envelope has a key of its own (X25519 with a fresh pair, HKDF, AES-GCM), so that equal ballots
look different; ballots of a round are equally long, and so are their envelopes.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import x25519
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PUBLIC_BYTES = 32
NONCE = bytes(12)  # the key is used once


class KeyPair(NamedTuple):
    """Of one round. Raw bytes."""

    public: bytes
    private: bytes


class Unreadable(Exception):
    """The envelope was not sealed for this key, or not as it is now."""


def new_pair() -> KeyPair:
    """A fresh one for each round, so that burning it closes the round's envelopes for ever."""
    private = _new_private()
    return KeyPair(private.public_key().public_bytes_raw(), private.private_bytes_raw())


def seal(public: bytes, content: bytes, context: str) -> bytes:
    """`context` names the round: an envelope opens only there."""
    from cryptography.hazmat.primitives.asymmetric import x25519  # 5 MB

    once = _new_private()
    shared = once.exchange(x25519.X25519PublicKey.from_public_bytes(public))
    mine = once.public_key().public_bytes_raw()
    return mine + _cipher(shared, mine + public, context).encrypt(NONCE, content, None)


def unseal(pair: KeyPair, envelope: bytes, context: str) -> bytes:
    """What was sealed. Raises Unreadable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric import x25519

    theirs, sealed = envelope[:PUBLIC_BYTES], envelope[PUBLIC_BYTES:]
    try:
        private = x25519.X25519PrivateKey.from_private_bytes(pair.private)
        shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
        return _cipher(shared, theirs + pair.public, context).decrypt(NONCE, sealed, None)
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _new_private() -> "x25519.X25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric import x25519

    return x25519.X25519PrivateKey.generate()


def _cipher(shared: bytes, keys: bytes, context: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = b"shijian ballot\0" + context.encode() + b"\0" + keys
    return AESGCM(HKDF(SHA256(), 32, None, info).derive(shared))
