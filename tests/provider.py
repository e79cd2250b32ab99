"""A small OpenID Connect provider with an HTTP server of its own: real keys, real signatures."""

import hashlib
import hmac
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CLIENT, SECRET, AUDIENCE = "shijian-dashboard", "a secret: 100%", "shijian-api"
LASTS = 300  # seconds


class Provider:
    """What it knows, and how often it was asked for its keys."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys: dict[str, Key] = {}
        self.people: dict[str, dict[str, Any]] = {}  # subject: claims
        self.codes: dict[str, dict[str, str]] = {}
        self.asked_for_keys = 0
        self.broken = False  # answers 500 to everything
        self.lies: dict[str, Any] = {}  # claims of the next ID tokens
        self.rotate()

    def rotate(self, kind: str = "RSA") -> str:
        """A new key takes the place of the old ones: its id."""
        kid = secrets.token_hex(4)
        key: Key = (
            RSAKey.generate_key(2048, {"kid": kid})
            if kind == "RSA"
            else ECKey.generate_key("P-256", {"kid": kid})
        )
        self.keys = {kid: key}
        return kid

    def token(
        self, subject: str = "", *, header: Mapping[str, Any] | None = None, **claims: Any
    ) -> str:
        """Signed with the newest key. A claim that is None is left out."""
        now = int(time.time())
        facts = {"iss": self.issuer, "aud": AUDIENCE, "iat": now, "exp": now + LASTS}
        facts |= self.people.get(subject, {}) | {"sub": subject} | claims
        kid, key = next(reversed(self.keys.items()))
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        said = {"alg": algorithm, "kid": kid} | dict(header or {})
        kept = {name: value for name, value in facts.items() if value is not None}
        return jwt.encode(said, kept, key, algorithms=["RS256", "PS256", "ES256"])

    def unsigned(self, subject: str) -> str:
        """`alg` none: what a token says, without a signature."""
        body = self.token(subject).split(".")[1]
        head = {"alg": "none", "kid": next(iter(self.keys))}
        return f"{_encoded(json.dumps(head).encode())}.{body}."

    def signed_with_the_public_key(self, subject: str) -> str:
        """HS256, with the public key, which everybody knows, as the shared secret."""
        kid, key = next(iter(self.keys.items()))
        assert isinstance(key, RSAKey)
        body = self.token(subject).split(".")[1]
        said = f"{_encoded(json.dumps({'alg': 'HS256', 'kid': kid}).encode())}.{body}"
        mac = hmac.new(key.as_pem(private=False), said.encode(), hashlib.sha256)
        return f"{said}.{_encoded(mac.digest())}"

    # ---- what it answers ----

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def jwks(self) -> dict[str, Any]:
        self.asked_for_keys += 1
        return {"keys": [key.as_dict(private=False) | {"use": "sig"} for key in self.keys.values()]}

    def grant(self, subject: str, asked: Mapping[str, str]) -> str:
        """Somebody has signed in: where the browser goes back to."""
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(asked) | {"subject": subject}
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def exchange(self, form: Mapping[str, str], authorization: str) -> dict[str, Any] | None:
        """None where a client, a code, its verifier or its address is not what it should be."""
        given = b64decode(authorization.removeprefix("Basic ")).decode()
        kept = self.codes.pop(form.get("code", ""), None)
        if kept is None or given != "shijian-dashboard:a%20secret%3A%20100%25":
            return None
        challenge = _encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (challenge, form["redirect_uri"]) != (kept["code_challenge"], kept["redirect_uri"]):
            return None
        facts = {"aud": CLIENT, "nonce": kept["nonce"]} | self.lies
        return {"id_token": self.token(kept["subject"], **facts), "token_type": "Bearer"}


@contextmanager
def running_provider(host: str = "127.0.0.1") -> Iterator[Provider]:
    """It answers until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://{host}:{server.server_address[1]}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path:
            case _ if self._provider.broken:
                self._answer(500, {})
            case "/.well-known/openid-configuration":
                self._answer(200, self._provider.metadata())
            case "/keys":
                self._answer(200, self._provider.jwks())
            case "/authorize" if "subject" not in asked:
                self._page(asked)
            case "/authorize":
                self._redirect(self._provider.grant(asked.pop("subject"), asked))
            case _:
                self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        found = self._provider.exchange(form, self.headers.get("Authorization", ""))
        self._answer(200 if found else 400, found or {"error": "invalid_grant"})

    def log_message(self, *_: Any) -> None:
        """A test says what went wrong."""

    @property
    def _provider(self) -> Provider:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        return provider

    def _page(self, asked: Mapping[str, str]) -> None:
        """Who are you? A link for each person."""
        links = "".join(
            f'<p><a href="/authorize?{urlencode({**asked, "subject": subject})}">{subject}</a></p>'
            for subject in self._provider.people
        )
        self._send(200, "text/html", f"<title>Sign in</title>{links}".encode())

    def _redirect(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
