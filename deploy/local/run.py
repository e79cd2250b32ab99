"""`make run`: everything on this machine, in the foreground, until it is interrupted.

python -m deploy.local          all state under .run/, kept between starts
ONCE=1 python -m deploy.local   ends after the demonstration's report, with its status
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local import ports
from deploy.local.parts import PartMissing, Program, tail
from deploy.local.processes import MARK, kill_all
from deploy.local.readiness import NotReady, Question, asking, await_all
from deploy.local.stack import ROOT, Stack
from deploy.local.supervision import Supervision, SupervisionFailed, stop_leftovers
from shared.settings import SERVICES

RUN = Path(os.environ.get("RUN_FOLDER") or ROOT / ".run").resolve()

_READY_S = 180.0  # about 10 s on two idle cores
_DEMONSTRATION_STOP_S = 10.0
_REPORT = "demonstration.txt"  # that it is there says that the demonstration was played
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class AlreadyRunning(RuntimeError):
    """Another start holds the run folder."""


def main() -> int:
    """Runs everything; returns the exit status."""
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]
    for ending in _ENDINGS:
        signal.signal(ending, signal.default_int_handler)
    RUN.mkdir(parents=True, exist_ok=True)
    RUN.chmod(0o700)  # it holds keys
    try:
        with _only_one(RUN / "lock"):
            return _run(once=os.environ.get("ONCE", "") not in ("", "0"))
    except NotReady as failure:
        print(f"\n{_explained(failure)}", file=sys.stderr)
        return 1
    except (AlreadyRunning, PartMissing, SupervisionFailed) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(once: bool) -> int:
    began = time.monotonic()
    stop_leftovers(RUN, _say)
    stack = Stack(RUN, ports.choose(RUN / "ports.json"))
    _prepare(stack)
    supervision = Supervision(RUN, stack.groups())
    status = 0
    try:
        _say("starting MongoDB, RabbitMQ and the four services …")
        supervision.start()
        _await_ready(stack, supervision, began)
        status = _demonstrate_once(stack.exports())
        _announce(stack)
        if not once:
            _serve(supervision)
    finally:
        _end(supervision)
    return status


def _prepare(stack: Stack) -> None:
    """All files that the programs read, so that they can start at once."""
    (RUN / "log").mkdir(exist_ok=True)
    stack.mongod.prepare()
    stack.rabbitmq.prepare()
    stack.clients.make_missing()
    stack.make_personal_keys()
    _write_private(RUN / "env", _shell_exports(stack.exports()))


def _await_ready(stack: Stack, supervision: Supervision, began: float) -> None:
    """Raises NotReady or SupervisionFailed."""
    questions: dict[str, Question] = {
        "mongod": lambda: "" if stack.mongod.is_ready() else "is not a primary yet",
        "rabbitmq": lambda: "" if stack.rabbitmq.is_ready() else "takes no connection yet",
    }
    for service in SERVICES:
        questions[service] = asking(f"{stack.url_of(service)}/readyz")
    for name in await_all(questions, _READY_S, supervision.check):
        _say(f"{name:<12} ready after {time.monotonic() - began:4.1f} s")


def _explained(failure: NotReady) -> str:
    """With what the logs of the unready say."""
    lines = [str(failure)]
    for name in failure.problems:
        for log in sorted((RUN / "log").glob(f"{name}*.log")):
            lines += ["", f"from {log}:", tail(log, lines=8)]
    return "\n".join(lines)


def _demonstrate_once(exports: Mapping[str, str]) -> int:
    """Plays the demonstration the first time, prints its report; its exit status, else 0."""
    report = RUN / _REPORT
    if report.exists():
        return 0
    _say("playing the demonstration: a month of the sub-district …")
    draft = report.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as copy, _demonstration(exports) as process:
        for line in process.stdout or ():
            print(line, end="")
            copy.write(line)
    if process.returncode == 0:
        draft.replace(report)
    else:
        _say(f"the demonstration FAILED with status {process.returncode}; logs: {RUN / 'log'}")
    return process.returncode


@contextlib.contextmanager
def _demonstration(exports: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    program = Program(
        name="demonstration",
        command=(sys.executable, "-m", "deploy.demonstration"),
        environment={MARK: str(RUN), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **exports},
        folder=ROOT,
    )
    process = subprocess.Popen(
        program.bound_to_its_parent(),
        cwd=program.folder,
        env={**os.environ, **program.environment},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # a Ctrl-C is ours; what is started is ended below
    )
    try:
        yield process
        process.wait()
    finally:
        process.terminate()  # it puts the clock back
        try:
            process.wait(_DEMONSTRATION_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _announce(stack: Stack) -> None:
    _say(f"ready; the data stays in {RUN}")
    for service in SERVICES:
        print(f"    {service:<12} {stack.url_of(service)}")
    print(f"    {'RabbitMQ':<12} {stack.rabbitmq.url}")
    print(f"    {'MongoDB':<12} {stack.mongod.url}")
    print(f"    {'keys':<12} . {RUN}/env   (KEY_OFFICE, KEY_STATION, KEY_DEPARTMENT …)")
    print(f"    {'logs':<12} {RUN}/log/")
    if (RUN / _REPORT).exists():
        print(f"    {'report':<12} {RUN / _REPORT}")


def _serve(supervision: Supervision) -> None:
    """Waits for an interruption. Raises SupervisionFailed."""
    _say("serving; Ctrl-C ends it")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            supervision.check()
            time.sleep(0.5)


def _end(supervision: Supervision) -> None:
    """Ends everything in order; at a second interruption, at once."""
    for ending in _ENDINGS:
        signal.signal(ending, lambda *_: kill_all(RUN))
    began = time.monotonic()
    _say("ending: services first, then RabbitMQ and MongoDB (again Ctrl-C: at once) …")
    supervision.stop()
    _say(f"ended after {time.monotonic() - began:.1f} s; nothing is left running")


@contextlib.contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Holds the run folder. Raises AlreadyRunning."""
    with lock.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise AlreadyRunning(f"already running, as process {held.read().strip()}") from None
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    os.replace(draft, path)


def _shell_exports(values: Mapping[str, str]) -> str:
    return "".join(f"export {name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    quoted = shlex.quote(value)
    return quoted if quoted.startswith("'") else f"'{value}'"


def _say(what: str) -> None:
    print(f"实践 {what}")
