"""The routes of the dashboard. Signed-in people see the sites that they may see."""

import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from services.reports.api.evidence import EvidenceQuery, NumberQuery, read_cursor
from services.reports.dashboard.accounts import accounts_of
from services.reports.dashboard.board import LENSES, Titles, board_of
from services.reports.dashboard.happened import happened
from services.reports.dashboard.numbers import label_of
from services.reports.dashboard.page import protect, render, speaker
from services.reports.dashboard.sessions import Session, Sessions
from services.reports.dashboard.sheets import ROWS, SCORES, Sheets
from services.reports.dashboard.sign_in import SignIn
from services.reports.dashboard.words import UNITS, WORDS
from services.reports.evidence import Wanted, lines_of
from services.reports.model.measures import MEASURES
from services.reports.model.period import Period
from services.reports.store import Store
from shared.clock import SHANGHAI
from shared.contracts.vocabulary import LABELS
from shared.service import Service
from shared.web.app import Admit
from shared.web.clients import ClientRegistry

LIVE_AT_ONCE = 3  # streams of a process; who comes later is told to come again soon
LIVE_SECONDS = 20.0  # a stream lasts; SIGTERM's drain is as long
LOOK_SECONDS = 0.1
COME_AGAIN_MS = 1500
AGAIN_MS = 500  # after a stream that has lasted
STILL_HERE_SECONDS = 1.0  # a line that says nothing: whoever has gone is found out by it


def add(app: Flask, service: Service[Any], admit: Admit) -> None:
    """The pages, below /dashboard."""
    registry = ClientRegistry(service.kit.settings.clients_file)
    accounts, rules = accounts_of(service.kit.settings, service.kit.database)
    sessions = Sessions(service.kit.database, registry, rules)
    secure = service.kit.settings.public_url.startswith("https:")
    sign_in = SignIn(sessions, admit, accounts, secure)
    pages = _Pages(service, sign_in)
    sheets = Sheets(service.app, sign_in.session)
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
        ("/evidence.csv", pages.export, ["GET"]),
        ("/assessments/<id>", sheets.ranking, ["GET"]),
        ("/assessments/<id>/sites/<site>", sheets.sheet, ["GET"]),
        ("/assessments/<id>/sites/<site>/evidence", sheets.behind, ["GET"]),
        ("/assessments/<id>/sites/<site>/files/<file>", sheets.file, ["GET"]),
        ("/live", pages.live, ["GET"]),
        ("/sign-in", sign_in.sign_in, ["GET", "POST"]),
        ("/sign-in/account", sign_in.sign_in_by_account, ["GET"]),
        ("/sign-in/callback", sign_in.callback, ["GET"]),
        ("/sign-out", sign_in.sign_out, ["POST"]),
    ):
        blueprint.add_url_rule(rule, view.__name__, view, methods=methods)
    blueprint.after_request(protect)
    app.register_blueprint(blueprint)


class _Pages:
    def __init__(self, service: Service[Any], sign_in: SignIn) -> None:
        self._store: Store = service.app
        self._clock = service.kit.clock
        self._session = sign_in.session
        self._live = threading.BoundedSemaphore(LIVE_AT_ONCE)

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
        say, lens = speaker(), request.args.get("by", "")
        now, seen = self._clock.now(), self._heard()
        lens = lens if lens in LENSES else LENSES[0]
        board = board_of(self._store, site, now, lens, say, scored=session.client.may(SCORES))
        return render(
            "board.html",
            session,
            board=board,
            evidence_page=url_for("dashboard.evidence"),  # asked for once, not for each number
            seen=seen,
            now=now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            titles=board.titles,
            lenses={each: label_of(each, say) for each in LENSES},
            here=request.script_root + request.path,
            wall="wall" in request.args and site is None,
        )

    # ---- evidence ----

    def evidence(self) -> AnyResponse | str:
        """The events behind a number."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        query = EvidenceQuery.model_validate(self._asked() | {"limit": ROWS})
        _require_site(session, query)
        rows = self._store.evidence().page(query.wanted, read_cursor(query.cursor), ROWS + 1)
        say, measure = speaker(), MEASURES[query.measure]
        titles = Titles(self._store.sites.all(), say)
        street = url_for("dashboard.street")
        asked: dict[str, Any] = {
            name: value for name, value in self._asked().items() if name != "cursor"
        }
        return render(
            "evidence.html",
            session,
            measure=measure,
            unit=say(UNITS[measure.unit]),
            period=say(Period(query.period).label),
            place=titles.whole(query.site) if query.site else say(WORDS["everywhere"]),
            groups=[say(LABELS[word]) for word in (query.theme, query.mode) if word],
            total=self._total(query.wanted),
            rows=rows[:ROWS],
            more=url_for("dashboard.evidence", cursor=query.next_cursor(rows[ROWS - 1]), **asked)
            if len(rows) > ROWS
            else None,
            all_of_it=url_for("dashboard.export", **asked),
            back=url_for("dashboard.site", site=query.site) if query.site else street,
            happened=happened,
            titles=titles,
        )

    def export(self) -> AnyResponse:
        """All of them, as a table."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        query = NumberQuery.model_validate(self._asked())
        _require_site(session, query)
        response = Response(lines_of(self._store.evidence().rows(query.wanted)))
        response.content_type = "text/csv; charset=utf-8"
        name = f"{query.measure}-{query.period}.csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response

    def _asked(self) -> dict[str, str]:
        """The number's own parameters, as they were sent."""
        return {name: value for name, value in request.args.items() if name != "lang"}

    def _total(self, wanted: Wanted) -> int:
        """The number itself, as boards show it; of a team, series or item none is shown there."""
        grouped = not wanted.groups.keys() <= {"theme", "mode"}
        figure = self._store.figures().of(wanted.period, wanted.site, grouped=grouped)
        totals = figure["totals"]
        for kind, word in wanted.groups.items():
            totals = figure[f"by_{kind}"].get(word, {})
        return int(totals.get(wanted.measure, 0))

    # ---- live ----

    def live(self) -> Response:
        """Server-sent events: tells when more has been heard than the page has seen."""
        if self._session() is None:
            return Response(status=204)  # a browser then asks no more
        seen = request.headers.get("Last-Event-ID") or request.args.get("seen", "")
        if not self._live.acquire(blocking=False):
            now = self._heard()
            text = f"retry: {COME_AGAIN_MS}\n\n{_news(now) if now != seen else ''}"
            return Response(text, content_type="text/event-stream")

        def told() -> Iterator[str]:
            yield f"retry: {AGAIN_MS}\n\n"
            began, before = time.monotonic(), seen
            said = began
            while time.monotonic() < began + LIVE_SECONDS:
                now = self._heard()
                if now != before or time.monotonic() > said + STILL_HERE_SECONDS:
                    yield _news(now) if now != before else ":\n\n"
                    before, said = now, time.monotonic()
                time.sleep(LOOK_SECONDS)

        response = Response(told(), content_type="text/event-stream")
        response.call_on_close(self._live.release)
        return response

    def _heard(self) -> str:
        """How far each source has been heard, in one word."""
        return ".".join(map(str, self._store.figures().as_of().values()))


def _news(heard: str) -> str:
    """A browser sends the id again when it comes again: nothing between two streams is missed."""
    return f"id: {heard}\nevent: heard\ndata: {heard}\n\n"


def _require_site(session: Session, query: NumberQuery) -> None:
    if query.site or not session.client.everywhere:
        session.client.require_site(query.site or "")
