"""People sign in with the account that their office gave them: OpenID Connect, authorization code
with PKCE (RFC 7636).

The way there and back is held together by three values. The `state` goes by the provider and comes
back once; of it only the hash is kept, together with that of a secret in a cookie of the browser
that began, so that nobody ends in a session that another has begun. The code verifier and the
nonce are made of that secret and the state: nothing that opens anything lies in the database.
"""

import hashlib
import hmac
import logging
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from shared.settings import Settings
from shared.storage.mongo import Db, Index
from shared.web.access import AccessRules, Granted
from shared.web.oidc import Claims, NotReached, Provider, Refused

log = logging.getLogger(__name__)

LASTS = timedelta(minutes=10)  # from the way there to the way back
INDEXES = [Index("sign_ins", [("ends", 1)])]
SCOPES = "openid profile"
LONGEST = 4096  # letters of what comes back


@dataclass(frozen=True)
class Begun:
    """On the way to the provider."""

    url: str  # to send the browser to
    secret: str  # for its cookie


class Accounts:
    """Of one provider, for one address of ours to come back to."""

    def __init__(
        self, settings: Settings, database: Db, provider: Provider, rules: AccessRules
    ) -> None:
        self._client = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._back = f"{settings.public_url}/dashboard/sign-in/callback"
        self._rows = database["sign_ins"]
        self._provider = provider
        self._rules = rules

    def begin(self) -> Begun:
        """Raises NotReached."""
        state, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        url = self._provider.address("authorization_endpoint")
        now = datetime.now(UTC)
        self._rows.delete_many({"ends": {"$lt": now}})
        self._rows.insert_one({"_id": _hash(state), "browser": _hash(secret), "ends": now + LASTS})
        challenge = urlsafe_b64encode(hashlib.sha256(_verifier(secret, state).encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._back,
            "scope": SCOPES,
            "state": state,
            "nonce": _nonce(secret, state),
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return Begun(f"{url}{'&' if '?' in url else '?'}{urlencode(query)}", secret)

    def finish(self, answer: Mapping[str, str], secret: str) -> Granted | None:
        """Who has come back; None where no rule fits. Raises Refused, NotReached."""
        state, code = answer.get("state", ""), answer.get("code", "")
        if not self._is_ours(state, secret):
            raise Refused("this way back is not known, or was gone before")
        if answer.get("iss", self._provider.issuer) != self._provider.issuer:
            raise Refused("it comes from another provider")  # RFC 9207
        if not code or len(code) > LONGEST:
            raise Refused("the provider gave no code")
        claims = self._claims(code, _verifier(secret, state))
        if not hmac.compare_digest(str(claims.get("nonce", "")), _nonce(secret, state)):
            raise Refused("its nonce is another")
        return self._rules.grant(claims)

    def _is_ours(self, state: str, secret: str) -> bool:
        """True once."""
        wanted = {"_id": _hash(state), "browser": _hash(secret), "ends": {"$gt": datetime.now(UTC)}}
        return self._rows.find_one_and_delete(wanted) is not None

    def _claims(self, code: str, verifier: str) -> Claims:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        methods = self._provider.metadata().get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        )
        if self._secret and "client_secret_basic" in methods:
            pair = f"{quote(self._client, '')}:{quote(self._secret, '')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self._client}
            form |= {"client_secret": self._secret} if self._secret else {}
        url = self._provider.address("token_endpoint")
        token = self._provider.http.post(url, form, headers).get("id_token")
        if not isinstance(token, str):
            raise NotReached("it gave no ID token")
        claims = self._provider.verified(token, self._client)
        if _several(claims.get("aud")) and claims.get("azp") != self._client:
            raise Refused("it was given to another client")
        return claims


def accounts_of(settings: Settings, database: Db) -> tuple[Accounts | None, AccessRules | None]:
    """None where no provider is set."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_access_file):
        return None, None
    provider = Provider(settings.oidc_issuer, settings.oidc_jwks_url)
    rules = AccessRules(settings.oidc_access_file)
    return Accounts(settings, database, provider, rules), rules


def _several(audience: Any) -> bool:
    return isinstance(audience, list) and len(audience) > 1


def _verifier(secret: str, state: str) -> str:
    return _made_of(secret, f"verifier {state}")


def _nonce(secret: str, state: str) -> str:
    return _made_of(secret, f"nonce {state}")


def _made_of(secret: str, what: str) -> str:
    made = hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
