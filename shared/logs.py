"""Structured logs: one JSON object a line, each with the request or message it belongs to."""

import atexit
import logging
import sys
import threading
import time
from collections import deque
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from pydantic_core import to_json

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request, or of the event, that is being handled."""

GATHER_SECONDS = 0.1
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
        return to_json(line, fallback=str).decode()


class Gathered(logging.Handler):
    """Writes what has come within a tenth of a second at once: with a write for each line, the
    threads of a busy server stand aside for each other at each. A warning takes all before it out
    at once; `kill -9` loses a tenth of a second of lines."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        threading.Thread(target=self._run, name="logs", daemon=True).start()
        atexit.register(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        with self._writing:
            text = "".join(self._lines.popleft() for _ in range(len(self._lines)))
            if text:
                self._stream.write(text)
                self._stream.flush()

    def _run(self) -> None:
        while True:
            time.sleep(GATHER_SECONDS)
            self.flush()


def set_up(level: str) -> None:
    """Log to standard error; called once by each process, in a server after the fork."""
    # What no line of ours shows need not be found out for each one.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # so advised in Python's own manual
    handler = Gathered(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("amqp").setLevel(logging.WARNING)
    logging.getLogger("pymongo").setLevel(logging.WARNING)
