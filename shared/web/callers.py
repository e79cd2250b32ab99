"""Who asks: a client with a key, or whoever a bearer token of the OpenID Connect provider names."""

import logging

from shared.errors import Forbidden, Text
from shared.settings import Settings
from shared.web.access import AccessRules
from shared.web.clients import Client, ClientRegistry
from shared.web.oidc import NotReached, Provider, Refused, refusal, unavailable

log = logging.getLogger(__name__)


class Tokens:
    """Bearer tokens (RFC 6750) of one issuer, meant for us."""

    def __init__(self, provider: Provider, audience: str, rules: AccessRules) -> None:
        self._provider = provider
        self._audience = audience
        self._rules = rules

    def client_of(self, token: str) -> Client:
        """Raises Unauthenticated, Forbidden, Unavailable."""
        try:
            claims = self._provider.verified(token, self._audience)
        except Refused as reason:
            log.info("token refused", extra={"reason": str(reason)})
            raise refusal() from None
        except NotReached as reason:
            log.warning("provider not reached", extra={"reason": str(reason)})
            raise unavailable() from None
        granted = self._rules.grant(claims)
        client = self._rules.client(granted) if granted else None
        if client is None:
            raise Forbidden(
                Text("No rule grants this account anything here.", "该账号在本系统没有任何权限。")
            )
        return client


class Callers:
    """Of one process."""

    def __init__(self, settings: Settings) -> None:
        self.clients = ClientRegistry(settings.clients_file)
        self._tokens: Tokens | None = None
        if settings.oidc_issuer and settings.oidc_audience and settings.oidc_access_file:
            provider = Provider(settings.oidc_issuer, settings.oidc_jwks_url)
            rules = AccessRules(settings.oidc_access_file)
            self._tokens = Tokens(provider, settings.oidc_audience, rules)

    def authenticate(self, authorization: str) -> Client:
        """Of an `Authorization: Bearer …` header.

        Raises Unauthenticated, Forbidden, Unavailable.
        """
        scheme, _, token = authorization.partition(" ")
        if self._tokens and scheme.lower() == "bearer" and token.count(".") == 2:
            return self._tokens.client_of(token.strip())  # no key of ours has a point in it
        return self.clients.authenticate(authorization)
