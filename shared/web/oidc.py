"""An OpenID Connect provider: its addresses, its keys, and whether a token is its own.

OpenID Connect Discovery 1.0 names the addresses; a token is a JWT (RFC 7519) signed with a key of
the provider's key set (RFC 7517). What is checked follows RFC 8725: the algorithm is one of ours
and never the token's choice alone, then signature, issuer, audience and times.
"""

import json
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from shared.errors import Text, Unauthenticated, Unavailable

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a key pair. `none` is not one, nor is any with a shared secret, for which the
provider's public key could be used as the secret."""
LEEWAY_SECONDS = 60  # by which clocks may differ
LONGEST_TOKEN = 8192  # letters
FRESH_SECONDS = 600.0  # after which keys and addresses are fetched again
AGAIN_SECONDS = 15.0  # at least, between two fetches: whoever makes up key ids causes no flood
KEPT_SECONDS = 24 * 3600.0  # keys are used so long where the provider can't be reached
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 2.0, 3.0, 6.0
MOST_BYTES = 256 * 1024  # of an answer
_PART = 8192
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Claims = Mapping[str, Any]


class Refused(Exception):
    """A token is not to be trusted; the argument says why, without anything of the token."""


class NotReached(Exception):
    """The provider can't be reached, or answers nonsense."""


def require_safe(url: str) -> str:
    """The URL. Raises NotReached for one that others could listen to or change on its way."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise NotReached("its addresses should be https")


class Http:
    """Asks a provider, bounded in time and bytes."""

    def __init__(self) -> None:
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=4)

    def get(self, url: str) -> dict[str, Any]:
        """A JSON object. Raises NotReached."""
        return self._ask("GET", url)

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """A JSON object. Raises NotReached, also for an answer that is an error."""
        return self._ask(
            "POST", url, fields=dict(form), headers=dict(headers), encode_multipart=False
        )

    def _ask(self, method: str, url: str, **sent: Any) -> dict[str, Any]:
        until = time.monotonic() + WHOLE_SECONDS
        try:
            answer = self._pool.request(
                method, require_safe(url), preload_content=False, redirect=False, **sent
            )
            content = b""
            try:
                for part in answer.stream(_PART):
                    content += part
                    if len(content) > MOST_BYTES or time.monotonic() > until:
                        raise NotReached("its answer is too long")
            finally:
                answer.close()
            if answer.status != 200:
                raise NotReached(f"it answers {answer.status}")
            found = json.loads(content)
        except (HTTPError, ValueError) as error:
            raise NotReached(type(error).__name__) from None
        if not isinstance(found, dict):
            raise NotReached("its answer is no JSON object")
        return found


class Kept:
    """What was fetched last; fetched again when it is old or something is missing in it, never
    more often than each AGAIN_SECONDS, by one thread while the others go on with the old."""

    def __init__(
        self, fetch: Callable[[], dict[str, Any]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._value: dict[str, Any] | None = None
        self._fetched = self._tried = float("-inf")

    def value(self, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Raises NotReached where there is nothing that is not too old."""
        value, age = self._value, self._now() - self._fetched
        missing = value is None or age > KEPT_SECONDS or not wanted(value)
        if missing:
            with self._lock:
                if self._value is value:  # nobody else has fetched it meanwhile
                    self._refresh()
        elif age > FRESH_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        if self._value is None or self._now() - self._fetched > KEPT_SECONDS:
            raise NotReached("nothing has been got from it yet")
        return self._value

    def _refresh(self) -> None:
        if self._now() - self._tried < AGAIN_SECONDS:
            return
        self._tried = self._now()
        try:
            self._value = self._fetch()
            self._fetched = self._now()
        except NotReached:
            if self._value is None:
                raise


class Provider:
    """One issuer."""

    def __init__(
        self, issuer: str, jwks_url: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self._jwks_url = jwks_url
        self.http = Http()
        self._metadata = Kept(self._fetch_metadata, now)
        self._keys = Kept(self._fetch_keys, now)

    def address(self, name: str) -> str:
        """Of its metadata, such as `token_endpoint`. Raises NotReached."""
        found = self._metadata.value().get(name)
        if not isinstance(found, str):
            raise NotReached(f"it has no {name}")
        return require_safe(found)

    def metadata(self) -> dict[str, Any]:
        """All of it. Raises NotReached."""
        return self._metadata.value()

    def verified(self, token: str, audience: str) -> Claims:
        """The claims of a token of this issuer for this audience. Raises Refused, NotReached."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        key = self._key_of(_header(token))
        try:
            read = jwt.decode(token, import_key(key), algorithms=list(ALGORITHMS))
            checks = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                sub={"essential": True},
            )
            checks.validate(read.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(type(error).__name__) from None
        if not read.claims["sub"]:
            raise Refused("it names nobody")
        return read.claims

    def _key_of(self, header: dict[str, Any]) -> dict[str, Any]:
        if header.get("alg") not in ALGORITHMS:
            raise Refused("its algorithm is not allowed")
        wanted = header.get("kid")

        def fitting(keys: dict[str, Any]) -> list[dict[str, Any]]:
            return [
                key
                for key in keys["keys"]
                if (key.get("kid") == wanted if wanted is not None else len(keys["keys"]) == 1)
                and key.get("use", "sig") == "sig"
                and key.get("alg", header["alg"]) == header["alg"]
            ]

        found = fitting(self._keys.value(lambda keys: bool(fitting(keys))))
        if not found:
            raise Refused("its key is not known")
        return found[0]

    def _fetch_metadata(self) -> dict[str, Any]:
        url = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self.http.get(url)
        if found.get("issuer") != self.issuer:
            raise NotReached("it says that it is another")
        return found

    def _fetch_keys(self) -> dict[str, Any]:
        found = self.http.get(self._jwks_url or self.address("jwks_uri"))
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise NotReached("it has no keys")
        known = [key for key in keys if isinstance(key, dict) and key.get("kty") in _PAIRS]
        return {"keys": known}


_PAIRS = ("RSA", "EC", "OKP")
"""Kinds of keys that have a public half."""


def _header(token: str) -> dict[str, Any]:
    """Not to be trusted yet: it says which key to look for."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise ValueError
        head = token.split(".")[0]
        found = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        raise Refused("it is no token") from None
    if not isinstance(found, dict) or not isinstance(found.get("kid", ""), str):
        raise Refused("it is no token")
    return found


def refusal() -> Unauthenticated:
    """What a caller is told, whatever was wrong."""
    return Unauthenticated(Text("This token is not valid here.", "该令牌无效。"))


def unavailable() -> Unavailable:
    """What a caller is told while nothing can be checked."""
    return Unavailable(
        Text(
            "The sign-in provider can't be reached; try again.", "统一身份服务暂不可用,请稍后重试。"
        ),
        extra={"retry_after": 5},
    )
