"""A browser that keeps cookies, follows nothing, and shows nothing."""

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.system import Answer, System


class Browser:
    """Of one person."""

    def __init__(self, system: System, url: str = "") -> None:
        self.system = system
        self.url = url or system.urls["reports"]
        self.cookies: dict[str, str] = {}
        self.set: SimpleCookie = SimpleCookie()

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        return self._send("POST", path, urlencode(form).encode(), headers)

    def sign_in(self, client: str) -> Answer:
        """By a client's key."""
        return self.post("/dashboard/sign-in", {"key": self.system.keys[client]})

    def end_session(self, page: Answer) -> Answer:
        """By the form on a page."""
        [token] = re.findall(r'name="token" value="([^"]+)"', page.data.decode())
        return self.post("/dashboard/sign-out", {"token": token})

    def _send(self, method: str, path: str, body: bytes | None, headers: Any) -> Answer:
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} | headers
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.system.http.request(
            method, self.url + path, body=body, headers=sent, redirect=False
        )
        for line in answer.headers.getlist("Set-Cookie"):
            self.set.load(line)
            self._keep(line)
        return Answer(answer.status, answer.headers, answer.data)

    def _keep(self, line: str) -> None:
        for name, each in SimpleCookie(line).items():
            if each["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = each.value
