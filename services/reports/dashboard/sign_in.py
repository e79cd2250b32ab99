"""Signing in and out."""

import logging

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from services.reports.dashboard.accounts import LASTS as WAY_LASTS
from services.reports.dashboard.accounts import Accounts
from services.reports.dashboard.page import foreign_form, render, require_own_form, speaker
from services.reports.dashboard.sessions import COOKIE, LASTS, Session, Sessions
from services.reports.dashboard.words import WORDS
from shared.errors import Forbidden, Unauthenticated
from shared.web.app import Admit
from shared.web.oidc import NotReached, Refused

log = logging.getLogger(__name__)

SCOPE = "reports:read"
WAY_COOKIE = "shijian_sign_in"


class SignIn:
    """By a client's key, which itself is never kept, or by an account at the provider."""

    def __init__(
        self, sessions: Sessions, admit: Admit, accounts: Accounts | None, secure: bool
    ) -> None:
        """`secure`: people reach us by https, though the gateway may speak http to us."""
        self._secure = secure
        self._sessions = sessions
        self._admit = admit
        self._accounts = accounts

    def session(self) -> Session | None:
        """Of who asks; None without one, or without the right to read reports."""
        session = self._sessions.of(request.cookies.get(COOKIE, ""))
        return session if session and session.client.may(SCOPE) else None

    # ---- by key ----

    def sign_in(self) -> AnyResponse | str:
        """A form, and what it sends."""
        if request.method == "GET":
            return self._form()
        require_own_form()
        key = request.form.get("key", "").strip()[:200]
        try:
            self._admit(key).require_scope(SCOPE)
            token = self._sessions.begin(key)
        except (Unauthenticated, Forbidden):
            return Response(self._form("unknown-key"), 403)
        return self._begun(token)

    def _form(self, wrong: str = "") -> str:
        said = speaker()(WORDS[wrong]) if wrong else ""
        return render("sign_in.html", None, wrong=said, accounts=self._accounts is not None)

    # ---- by account ----

    def sign_in_by_account(self) -> AnyResponse:
        """To the provider."""
        if self._accounts is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        try:
            begun = self._accounts.begin()
        except NotReached as reason:
            return self._not_reached(reason)
        response = redirect(begun.url, 303)
        response.set_cookie(
            WAY_COOKIE,
            begun.secret,
            max_age=int(WAY_LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path=url_for("dashboard.sign_in"),
        )
        return response

    def callback(self) -> AnyResponse:
        """Back from the provider."""
        if self._accounts is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        try:
            secret = request.cookies.get(WAY_COOKIE, "")
            granted = self._accounts.finish(request.args.to_dict(), secret)
        except Refused as reason:
            log.info("sign-in refused", extra={"reason": str(reason)})
            return self._back(Response(self._form("not-signed-in"), 403))
        except NotReached as reason:
            return self._back(self._not_reached(reason))
        token = self._sessions.begin_for(granted) if granted else ""
        session = self._sessions.of(token)
        if session is None or not session.client.may(SCOPE):
            return self._back(Response(self._form("no-right"), 403))
        return self._back(self._begun(token))

    def _not_reached(self, reason: NotReached) -> AnyResponse:
        log.warning("provider not reached", extra={"reason": str(reason)})
        return Response(self._form("not-reached"), 503)

    @staticmethod
    def _back(response: AnyResponse) -> AnyResponse:
        response.delete_cookie(WAY_COOKIE, path=url_for("dashboard.sign_in"))
        return response

    def _begun(self, token: str) -> AnyResponse:
        """On to the board, with the session's cookie. `Lax`: `Strict` would keep it back on the way
        from the provider, and from a link in the office's own portal. Forms carry a token."""
        response = redirect(url_for("dashboard.street"), 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path=url_for("dashboard.street"),
        )
        return response

    # ---- out ----

    def sign_out(self) -> AnyResponse:
        """End the session."""
        session = self.session()
        if session and request.form.get("token") != session.form_token:
            raise foreign_form()
        self._sessions.end(request.cookies.get(COOKIE, ""))
        response = redirect(url_for("dashboard.sign_in"), 303)
        response.delete_cookie(COOKIE, path=url_for("dashboard.street"))
        return response
