"""How a page is made: in the language of who reads it, with headers that let nothing else in."""

import gzip
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request

from services.reports.dashboard.numbers import Say
from services.reports.dashboard.sessions import Session
from services.reports.dashboard.words import WORDS
from shared.errors import Forbidden, Text

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANGUAGE = "shijian_language"
KEPT_SECONDS = 365 * 24 * 3600  # a library's file: another version has another address
LIBRARIES = ("echarts-",)


def render(template: str, session: Session | None, **facts: Any) -> str:
    """A page of ours."""
    say, language = speaker(), _language()
    return render_template(
        f"dashboard/{template}",
        w={name: say(text) for name, text in WORDS.items()},
        say=say,
        language="zh-CN" if language else "en",
        other=f"{request.path}?{_other(language)}",
        session=session,
        **facts,
    )


def speaker() -> Say:
    """Says a text in the language of who reads."""
    language = _language()
    return lambda text: text[language]


def protect(response: Response) -> Response:
    """Nothing from elsewhere, in no frame, kept by nobody; a language that was chosen stays."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "dashboard.static":
        response.headers["Cache-Control"] = "no-store"
    elif (request.view_args or {}).get("filename", "").startswith(LIBRARIES):
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}, immutable"
        _compress(response, str(request.path))
    chosen = request.args.get("lang", "")
    if chosen in ("zh", "en"):
        response.set_cookie(LANGUAGE, chosen, samesite="Strict", httponly=True)
    return response


_compressed: dict[str, bytes] = {}


def _compress(response: Response, path: str) -> None:
    """A third of the bytes for a telephone; made once in a process."""
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.accept_encodings["gzip"]:
        response.direct_passthrough = False
        if path not in _compressed:
            _compressed[path] = gzip.compress(response.get_data())
        response.set_data(_compressed[path])
        response.headers["Content-Encoding"] = "gzip"


def require_own_form() -> None:
    """A browser says where a form was sent from; another site's is refused."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise foreign_form()


def foreign_form() -> Forbidden:
    return Forbidden(Text("Send the form of our page.", "请使用本页面的表单。"))


def _other(language: int) -> str:
    """The query of this page in the other language."""
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    return urlencode(kept | {"lang": "en" if language else "zh"})


def _language() -> int:
    """0: English, 1: Chinese, which is usual here."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE)
    chosen = chosen or request.accept_languages.best_match(["zh", "zh-CN", "en"], "zh")
    return 0 if str(chosen).startswith("en") else 1
