"""The routes of the dashboard. Signed-in people see the sites that their client's key may see."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from services.reports.api.evidence import EvidenceQuery, read_cursor
from services.reports.dashboard.board import board_of
from services.reports.dashboard.sessions import COOKIE, LASTS, Session, Sessions
from services.reports.dashboard.words import WORDS
from services.reports.model.measures import MEASURES
from services.reports.store import Store
from shared.clock import SHANGHAI
from shared.errors import Forbidden, Text, Unauthenticated
from shared.service import Service
from shared.web.clients import Client, ClientRegistry

SCOPE = "reports:read"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANGUAGE = "shijian_language"
LIVE_AT_ONCE = 3  # streams of a process; who comes later is told to come again soon
LIVE_SECONDS = 20.0  # a stream lasts; SIGTERM's drain is as long
LOOK_SECONDS = 0.2
COME_AGAIN_MS = 3000


def add(app: Flask, service: Service[Any], admit: Callable[[str], Client]) -> None:
    """The pages, below /dashboard."""
    registry = ClientRegistry(service.kit.settings.clients_file)
    sessions = Sessions(service.kit.database, registry)
    pages = _Pages(service, sessions, admit)
    blueprint = Blueprint(
        "dashboard",
        __name__,
        url_prefix="/dashboard",
        template_folder="templates",
        static_folder="static",
    )
    for rule, view, methods in (
        ("/", pages.street, ["GET"]),
        ("/sites/<site>", pages.site, ["GET"]),
        ("/evidence", pages.evidence, ["GET"]),
        ("/live", pages.live, ["GET"]),
        ("/sign-in", pages.sign_in, ["GET", "POST"]),
        ("/sign-out", pages.sign_out, ["POST"]),
    ):
        blueprint.add_url_rule(rule, view.__name__, view, methods=methods)
    blueprint.after_request(_protect)
    app.register_blueprint(blueprint)


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "dashboard.static":
        response.headers["Cache-Control"] = "no-store"
    chosen = request.args.get("lang", "")
    if chosen in ("zh", "en"):
        response.set_cookie(LANGUAGE, chosen, samesite="Strict", httponly=True)
    return response


class _Pages:
    def __init__(
        self, service: Service[Any], sessions: Sessions, admit: Callable[[str], Client]
    ) -> None:
        self._store: Store = service.app
        self._clock = service.kit.clock
        self._sessions = sessions
        self._admit = admit
        self._live = threading.BoundedSemaphore(LIVE_AT_ONCE)

    # ---- sign-in ----

    def sign_in(self) -> AnyResponse | str:
        """A form for the client's key; the key itself is never kept."""
        if request.method == "GET":
            return self._page("sign_in.html", None)
        _require_own_form()
        key = request.form.get("key", "").strip()[:200]
        try:
            self._admit(key).require_scope(SCOPE)
            token = self._sessions.begin(key)
        except (Unauthenticated, Forbidden):
            return Response(self._page("sign_in.html", None, wrong=True), 403)
        response = redirect(url_for("dashboard.street"), 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
            path=url_for("dashboard.street"),
        )
        return response

    def sign_out(self) -> AnyResponse:
        """End the session."""
        session = self._session()
        if session and request.form.get("token") != session.form_token:
            raise Forbidden(Text("Send the form of our page.", "请使用本页面的表单。"))
        self._sessions.end(request.cookies.get(COOKIE, ""))
        response = redirect(url_for("dashboard.sign_in"), 303)
        response.delete_cookie(COOKIE, path=url_for("dashboard.street"))
        return response

    def _session(self) -> Session | None:
        session = self._sessions.of(request.cookies.get(COOKIE, ""))
        return session if session and session.client.may(SCOPE) else None

    # ---- boards ----

    def street(self) -> AnyResponse | str:
        """The street; who may see some sites only is led to the first."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        if not session.client.everywhere:
            first = min(session.client.sites, default="")
            return redirect(url_for("dashboard.site", site=first), 303)
        return self._board(session, None)

    def site(self, site: str) -> AnyResponse | str:
        """One station."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        session.client.require_site(site)
        return self._board(session, site)

    def _board(self, session: Session, site: str | None) -> str:
        board = board_of(self._store, site, self._clock.now(), _say())
        return self._page("board.html", session, board=board, now=self._now())

    def evidence(self) -> AnyResponse | str:
        """The events behind a number."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        query = EvidenceQuery.model_validate(request.args.to_dict() | {"limit": 50})
        if query.site or not session.client.everywhere:
            session.client.require_site(query.site or "")
        rows = self._store.evidence().page(query.wanted, read_cursor(query.cursor), 51)
        return self._page(
            "evidence.html",
            session,
            query=query,
            measure=MEASURES[query.measure],
            rows=rows[:50],
            more=query.next_cursor(rows[49]) if len(rows) > 50 else None,
        )

    def live(self) -> Response:
        """Server-sent events: tells when what has been heard is more than before."""
        if self._session() is None:
            return Response(status=204)  # a browser then asks no more
        figures = self._store.figures
        if not self._live.acquire(blocking=False):
            text = f"retry: {COME_AGAIN_MS}\nevent: heard\ndata: {figures().as_of()}\n\n"
            return Response(text, content_type="text/event-stream")

        def told() -> Iterator[str]:
            yield f"retry: {COME_AGAIN_MS // 3}\n\n"
            until, before = time.monotonic() + LIVE_SECONDS, figures().as_of()
            while time.monotonic() < until:
                time.sleep(LOOK_SECONDS)
                now = figures().as_of()
                if now != before:
                    before = now
                    yield f"event: heard\ndata: {now}\n\n"

        response = Response(told(), content_type="text/event-stream")
        response.call_on_close(self._live.release)
        return response

    # ---- inside ----

    def _now(self) -> str:
        return self._clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")

    def _page(self, template: str, session: Session | None, **facts: Any) -> str:
        say = _say()
        language = _language()
        return render_template(
            f"dashboard/{template}",
            w={name: say(text) for name, text in WORDS.items()},
            say=say,
            language="zh-CN" if language else "en",
            other=request.full_path.split("?")[0] + "?" + _other(language),
            session=session,
            **facts,
        )


def _other(language: int) -> str:
    """The query of this page in the other language."""
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    return urlencode(kept | {"lang": "en" if language else "zh"})


def _language() -> int:
    """0: English, 1: Chinese, which is usual here."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE)
    chosen = chosen or request.accept_languages.best_match(["zh", "zh-CN", "en"], "zh")
    return 0 if str(chosen).startswith("en") else 1


def _say() -> Callable[[Text | tuple[str, str]], str]:
    language = _language()
    return lambda text: text[language]


def _require_own_form() -> None:
    """A browser says where a form was sent from; another site's is refused."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(Text("Send the form of our page.", "请使用本页面的表单。"))
