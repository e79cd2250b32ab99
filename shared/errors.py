"""One tree of exceptions. Data is on the exception; the words are in both languages."""

from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in the two languages people read here."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field of the input, and what would be right."""

    field: str  # path in the body or query, dotted: "window.starts_at"
    text: Text


class ShijianError(Exception):
    """The request or event can't be done; `detail` says why and what would be right."""

    def __init__(
        self, detail: Text, *fields: FieldProblem, extra: dict[str, object] | None = None
    ) -> None:
        super().__init__(detail.en)
        self.detail = detail
        self.fields = fields
        self.extra = extra or {}


class InvalidInput(ShijianError):
    """The body or query is not of the documented shape."""


class Unprocessable(ShijianError):
    """The shape is right, but a value does not fit what is known or allowed."""


class NotFound(ShijianError):
    """There is nothing under this id (or nothing this client may see)."""


class Unauthenticated(ShijianError):
    """No client key, or one that is not known."""


class Forbidden(ShijianError):
    """The client is known, but lacks the scope or the site."""


class Conflict(ShijianError):
    """The state does not allow this move; `extra["allowed"]` lists the moves that are."""


class VersionMismatch(ShijianError):
    """`If-Match` names a version that is not the current one."""


class VersionRequired(ShijianError):
    """This change needs `If-Match`."""


class TooLarge(ShijianError):
    """The body is over the limit."""


class TooMany(ShijianError):
    """The client sends faster than allowed; `extra["retry_after"]` is in seconds."""


class Internal(ShijianError):
    """Something we did not foresee; its inside is in the log, never in the answer."""


class Unavailable(ShijianError):
    """A part the answer needs is not reachable now."""


def invalid(field: str, en: str, zh: str) -> Unprocessable:
    """The common refusal: one field with a value that can't be taken."""
    text = Text(en, zh)
    return Unprocessable(text, FieldProblem(field=field, text=text))
