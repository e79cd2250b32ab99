"""What a client does."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3

from tests.system.answers import Answer, next_link
from tests.system.installation import Document, Installation


class Calls(Installation):
    """Requests to the services, by the name of the client."""

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        client: str = "office",
        headers: Mapping[str, str] | None = None,
        url: str = "",
    ) -> Answer:
        """One request. `key` is the Idempotency-Key; a body of bytes goes out as it is."""
        sent = {"Authorization": f"Bearer {self.keys[client]}"} if client else {}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if key:
            sent["Idempotency-Key"] = key
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.http.request(
            method,
            f"{url or self.urls[service]}{path}",
            body=raw,
            headers=sent | dict(headers or {}),
        )
        return Answer(answer.status, answer.headers, answer.data)

    def post(self, service: str, path: str, body: Any = None, **options: Any) -> Answer:
        """A command that is expected to go well."""
        return self.call(service, "POST", path, {} if body is None else body, **options).ok()

    def read(self, service: str, path: str, **options: Any) -> Any:
        """The JSON of a GET that is expected to go well."""
        return self.call(service, "GET", path, **options).ok().json

    def get(self, url: str) -> Answer:
        """Without a key; status 0 where nobody answers."""
        try:
            answer = self.http.request("GET", url, timeout=5.0)
        except urllib3.exceptions.HTTPError:
            return Answer(0, {}, b"nobody answers")
        return Answer(answer.status, answer.headers, answer.data)

    def pages(self, service: str, path: str, **options: Any) -> Iterator[Document]:
        """Every item of a list, page by page, by its Link."""
        while path:
            answer = self.call(service, "GET", path, **options).ok()
            yield from answer.json["items"]
            path = next_link(answer)

    def feed(self, service: str, query: str = "", after: int = 0) -> list[Document]:
        """All events of a service behind a number."""
        events: list[Document] = []
        while True:
            path = f"/v1/feed?after={after}&limit=1000{query}"
            page = self.read(service, path)
            events += page["events"]
            after = page["next"]
            if not page["events"] or after >= page["head"]:
                return events

    def head(self, service: str) -> int:
        """Number of the last event of a service."""
        return int(self.read(service, "/v1/feed?limit=1")["head"])
