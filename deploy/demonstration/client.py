"""Calls the services over HTTP. A call is repeated until it is answered, for at most a minute.

Every POST carries an Idempotency-Key, so that a repeat is harmless: a service that is killed while
the demonstration runs costs time, and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

Document = dict[str, Any]

THREADS = 8
"""Calls at once: as many as a service answers at a time (deploy/gunicorn.conf.py)."""

ANSWERED_WITHIN_S = 60.0
_TIMEOUT = urllib3.Timeout(connect=2.0, read=20.0)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0
_PAGE = 500
_GOOD = frozenset({200, 201})
_NOT_NOW = frozenset({429, 502, 503, 504})
"""Too fast, or nobody is there to answer: a gateway says 502 to 504 for a service that is away."""


class Unexpected(Exception):
    """A service answered otherwise than the story expects, or not at all (status 0)."""

    def __init__(self, method: str, path: str, status: int, problem: Document) -> None:
        """`path` begins with the service's name."""
        super().__init__(f"{method} {path} answered {status}: {_words(problem)}")
        self.method, self.path, self.status, self.problem = method, path, status, problem


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    body: Document

    @property
    def good(self) -> bool:
        return self.status in _GOOD

    @property
    def wrong_fields(self) -> set[str]:
        """Names of the fields that a refusal complains about."""
        return {each["field"] for each in self.body.get("errors", [])}


class Caller:
    """One client of the services: a department's or station's system with its key."""

    def __init__(self, name: str, urls: Mapping[str, str], key: str) -> None:
        self.name = name
        self._urls = urls  # base URL of each service, possibly with a path
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(maxsize=THREADS, timeout=_TIMEOUT, retries=False)

    def get(self, service: str, path: str, **query: object) -> Document:
        """What is there. Raises Unexpected."""
        asked = f"{path}?{urlencode(query)}" if query else path
        return self._expect("GET", service + asked, self._answer("GET", service, asked, None, {}))

    def find(self, service: str, path: str) -> Document | None:
        """What is there; None where nothing is. Raises Unexpected."""
        answer = self._answer("GET", service, path, None, {})
        return None if answer.status == 404 else self._expect("GET", service + path, answer)

    def pages(self, service: str, path: str, **query: object) -> Iterator[Document]:
        """All items of a list, page by page. Raises Unexpected."""
        cursor = ""
        while True:
            asked = query | {"limit": _PAGE} | ({"cursor": cursor} if cursor else {})
            page = self.get(service, path, **asked)
            yield from page["items"]
            cursor = page["next"] or ""
            if not cursor:
                return

    def post(
        self, service: str, path: str, body: Document | None = None, *, key: str, person: str = ""
    ) -> Document:
        """Its receipt. Raises Unexpected."""
        return self._expect(
            "POST", service + path, self.try_post(service, path, body, key=key, person=person)
        )

    def try_post(
        self, service: str, path: str, body: Document | None = None, *, key: str, person: str = ""
    ) -> Answer:
        """The receipt, or the refusal. Raises Unexpected only where nobody answers."""
        headers = {"Idempotency-Key": key} | ({"X-Person": person} if person else {})
        return self._answer("POST", service, path, json.dumps(body or {}).encode(), headers)

    def _answer(
        self, method: str, service: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        url = self._urls[service] + path
        until = time.monotonic() + ANSWERED_WITHIN_S
        pause = _FIRST_PAUSE_S
        while True:
            answer, wait = self._try(method, url, body, self._headers | headers)
            if answer.status and answer.status not in _NOT_NOW:
                return answer
            if time.monotonic() > until:
                raise Unexpected(method, service + path, answer.status, answer.body)
            time.sleep(max(pause, min(wait, 5.0)))
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _try(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[Answer, float]:
        """The answer, with status 0 where there is none, and the seconds it asks us to wait."""
        try:
            got = self._pool.request(method, url, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            return Answer(0, {"detail": f"{type(error).__name__}: {error}"}), 0.0
        wait = got.headers.get("Retry-After", "0")
        return Answer(got.status, _read(got.data)), float(wait) if wait.isdigit() else 0.0

    @staticmethod
    def _expect(method: str, path: str, answer: Answer) -> Document:
        if not answer.good:
            raise Unexpected(method, path, answer.status, answer.body)
        return answer.body


def _read(data: bytes) -> Document:
    """The JSON object of an answer; a proxy's page becomes a detail."""
    try:
        body = json.loads(data)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"detail": data[:200].decode(errors="replace")}


def _words(problem: Document) -> str:
    said = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    said += [f"{each['field']}: {each['message']}" for each in problem.get("errors", [])]
    said += [f"request {problem['request_id']}"] if problem.get("request_id") else []
    return "; ".join(said) or "(no words)"
