"""Somebody at the dashboard with a real browser, who notes whatever goes wrong there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

from tests.system import System

DESK = (1440, 900)
WALL = (1920, 1080)
TELEPHONE = (390, 844)
SMALL_TELEPHONE = (360, 780)
DRAWN = '.drawing svg path[fill="#a3201a"], .drawing svg path[stroke="#a3201a"]'
"""Bars and lines, once they are there."""


class Visitor:
    """One window."""

    def __init__(self, page: Page, system: System, url: str) -> None:
        self.page = page
        self.system = system
        self.url = url
        self.wrong: list[str] = []
        self.live: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def go(self, path: str) -> None:
        """To a page of ours; charts are drawn, where there are any."""
        self.page.goto(f"{self.url}/dashboard{path}")
        self.drawn()

    def sign_in(self, client: str = "office") -> None:
        self.page.goto(f"{self.url}/dashboard/")
        self.page.locator("#key").fill(self.system.keys[client])
        self.page.locator("#key").press("Enter")
        expect(self.page.locator("#board")).to_be_visible(timeout=20_000)
        self.drawn()

    def drawn(self) -> None:
        """Every chart of the page has been drawn."""
        for chart in self.page.locator(".drawing").all():
            expect(chart.locator("svg")).to_have_count(1)

    def number(self, measure: str, part: str = "month") -> str:
        """As it stands there."""
        shown = self.page.locator(f'[data-part="{part}"] [data-measure="{measure}"]')
        return shown.first.inner_text()

    def is_within_its_width(self) -> bool:
        """Nothing sticks out to the side."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("data", "blob"):
            return
        if not request.url.startswith(self.url):
            self.wrong.append(f"asks elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")


Visit = Callable[..., Any]


def visits(chromium: Browser, system: System, url: str = "") -> Visit:
    """Opens windows: `with visit(WALL, language="en-GB") as visitor:`; what went wrong in one
    fails its test."""

    @contextmanager
    def visit(
        size: tuple[int, int] = DESK, *, language: str = "zh-CN", sharp: int = 1, **options: Any
    ) -> Iterator[Visitor]:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=sharp,
            locale=language,
            is_mobile=size[0] < 500,
            has_touch=size[0] < 500,
            reduced_motion="reduce",
            **options,
        )
        try:
            visitor = Visitor(context.new_page(), system, url or system.urls["reports"])
            yield visitor
            assert visitor.wrong == []
        finally:
            context.close()

    return visit
