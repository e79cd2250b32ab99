"""Waiting until parts and services are ready, all at the same time."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

Question = Callable[[], str]
"""Answers with what is not ready; with nothing when all is."""

_LOOK_EVERY_S = 0.1
_ANSWER_S = 3.0

# A proxy of the environment has nothing to do with this machine's own addresses.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotReady(RuntimeError):
    """Something did not get ready in time; says what each last answered."""

    def __init__(self, problems: Mapping[str, str], seconds: float) -> None:
        self.problems = problems
        lines = [f"- {name}: {problem}" for name, problem in problems.items()]
        super().__init__("\n".join([f"not ready within {seconds:.0f} s:", *lines]))


def asking(url: str) -> Question:
    """Asks a service for its `/readyz`, or any URL that answers 200 when ready."""

    def ask() -> str:
        try:
            with _opener.open(url, timeout=_ANSWER_S):
                return ""
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.read().decode(errors='replace').strip()}"
        except (OSError, ValueError) as error:
            return f"doesn't answer: {error}"

    return ask


def await_all(
    questions: Mapping[str, Question], seconds: float, check: Callable[[], None]
) -> Iterator[str]:
    """Yields each name when it is ready; calls `check` all the while.

    Raises NotReady after `seconds`, and whatever `check` raises.
    """
    given_up = threading.Event()
    with ThreadPoolExecutor(len(questions)) as pool:
        waiting: dict[Future[str], str] = {
            pool.submit(_until_ready, question, seconds, given_up): name
            for name, question in questions.items()
        }
        problems: dict[str, str] = {}
        try:
            while waiting:
                check()
                done, _ = wait(waiting, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for one in done:
                    name, problem = waiting.pop(one), one.result()
                    if problem:
                        problems[name] = problem
                    else:
                        yield name
        finally:
            given_up.set()
    if problems:
        raise NotReady(problems, seconds)


def _until_ready(question: Question, seconds: float, given_up: threading.Event) -> str:
    deadline = time.monotonic() + seconds
    while (problem := question()) and time.monotonic() < deadline:
        if given_up.wait(_LOOK_EVERY_S):
            break
    return problem
