"""Logs: one JSON object a line, with its request, and a trace where there is one."""

import io
import json
import logging
import sys
import time

from shared.logs import Gathered, JsonFormatter, request_id


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


def gathering() -> tuple[logging.Logger, io.StringIO]:
    log, stream = logging.Logger("x"), io.StringIO()
    log.addHandler(Gathered(stream))
    return log, stream


def test_lines_are_gathered_and_written_in_their_order() -> None:
    log, stream = gathering()
    for number in range(100):
        log.info(str(number))
    until = time.monotonic() + 5
    while not stream.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    assert stream.getvalue().split() == [str(number) for number in range(100)]


def test_a_warning_is_written_at_once_with_all_before_it() -> None:
    log, stream = gathering()
    log.info("before")
    log.warning("now")
    assert stream.getvalue() == "before\nnow\n"
