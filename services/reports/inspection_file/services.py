"""Asks the services' HTTP APIs for material, with the key of who orders the file: so it holds
nothing that this client may not read. Databases of other services are never looked at."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3

from shared.storage.mongo import Document

TIMEOUT = urllib3.Timeout(connect=2.0, read=15.0)
MOST_BYTES = 24 * 1024 * 1024  # of an answer
PAGE = 200


class NotHad(Exception):
    """It could not be had; why, for the list of what is missing."""


class Services:
    """For one file; connections are kept while it is made."""

    def __init__(self, urls: Mapping[str, str], authorization: str) -> None:
        self._urls = urls
        self._headers = {"Authorization": authorization, "Accept-Language": "zh"}
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, maxsize=2)

    def read(self, service: str, path: str) -> Any:
        """JSON of a GET. Raises NotHad."""
        try:
            return json.loads(self._get(service, path)[0])
        except ValueError:
            raise NotHad(f"{service} 的应答无法读取") from None

    def file(self, service: str, id: str) -> tuple[bytes, str]:
        """The bytes of a file, and its media type. Raises NotHad."""
        return self._get(service, f"/v1/files/{id}")

    def pages(self, service: str, path: str) -> Iterator[Document]:
        """Every item of a list. Raises NotHad."""
        joint, cursor = "&" if "?" in path else "?", ""
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = self.read(service, f"{path}{joint}limit={PAGE}{more}")
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _get(self, service: str, path: str) -> tuple[bytes, str]:
        try:
            answer = self._pool.request(
                "GET", f"{self._urls[service]}{path}", headers=self._headers, preload_content=False
            )
            try:
                data = answer.read(MOST_BYTES + 1)
                if len(data) <= MOST_BYTES:
                    answer.drain_conn()
            finally:
                answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise NotHad(f"{service} 服务无法访问({type(error).__name__})") from None
        if answer.status == 403:
            raise NotHad("无权读取")
        if answer.status == 404:
            raise NotHad("已不存在")
        if answer.status != 200:
            raise NotHad(f"{service} 服务应答 {answer.status}")
        if len(data) > MOST_BYTES:
            raise NotHad("文件过大")
        return data, answer.headers.get("Content-Type", "").split(";")[0]
