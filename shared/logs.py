"""Structured logs: one JSON object a line, each with the request or message it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request, or of the event, that is being handled."""

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode  # made once
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Fields, not sentences with values inside: `log.info("relayed", extra={"count": 3})`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return _encode(line)


def set_up(level: str) -> None:
    """Log to standard error; called once by each process."""
    # What no line of ours shows need not be found out for each one.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("amqp").setLevel(logging.WARNING)
    logging.getLogger("pymongo").setLevel(logging.WARNING)
