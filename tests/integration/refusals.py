"""How a refusal is checked: its status, stable type, field, both languages, and nothing written."""

import re
from typing import Any

from tests.system import Answer, System

CHINESE = re.compile("[一-鿿]")


def refused(
    system: System,
    service: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    status: int,
    kind: str,
    field: str = "",
    **options: Any,
) -> Answer:
    """Ask in both languages; the English answer."""
    before = system.counts(service)
    headers = options.pop("headers", {})
    english, chinese = (
        system.call(
            service, method, path, body, headers=headers | {"Accept-Language": language}, **options
        )
        for language in ("en", "zh-CN")
    )

    assert english.status == chinese.status == status, english.data.decode()
    assert english.kind == chinese.kind == kind
    assert english.headers["Content-Type"] == "application/problem+json"
    assert english.json["status"] == status
    assert english.json["request_id"] == english.headers["X-Request-ID"]
    _assert_said(english, "en", field)
    _assert_said(chinese, "zh-CN", field)
    assert system.counts(service) == before
    return english


def _assert_said(answer: Answer, language: str, field: str) -> None:
    said = [answer.json["title"], answer.json["detail"], *answer.fields.values()]
    in_chinese = [bool(CHINESE.search(text)) for text in said]
    assert in_chinese == [language == "zh-CN"] * len(said), said
    assert answer.headers["Content-Language"] == language
    if field:
        assert field in answer.fields, answer.json
