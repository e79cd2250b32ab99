"""Logs: one JSON object a line, with its request, and a trace where there is one."""

import json
import logging
import sys

from shared.logs import JsonFormatter, request_id


def line(message: str, **facts: object) -> dict[str, object]:
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "x", **facts})
    found: dict[str, object] = json.loads(JsonFormatter().format(record))
    return found


def test_a_line_has_its_fields_beside_its_message() -> None:
    assert line("relayed", count=3) | {"at": ""} == {
        "at": "",
        "level": "info",
        "logger": "x",
        "message": "relayed",
        "count": 3,
    }


def test_a_line_names_the_request_it_belongs_to() -> None:
    token = request_id.set("request-1")
    try:
        assert line("done")["request"] == "request-1"
    finally:
        request_id.reset(token)
    assert "request" not in line("done")


def test_what_json_does_not_know_and_line_breaks_stay_on_one_line() -> None:
    record = logging.makeLogRecord({"msg": "a\nb", "error": ValueError("x\ny")})

    assert "\n" not in JsonFormatter().format(record)


def test_a_failure_has_its_trace() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        assert "ValueError: broken" in str(line("failed", exc_info=sys.exc_info())["trace"])
