"""Errors as the standard writes them: a list of code and description, in the format asked for.

404 for what does not exist, 403 for a missing or wrong key, 400 for everything else that is the
caller's; beyond the standard, 429 and 503 stay what they are, so that `Retry-After` is understood.
"""

import logging

from flask import Response
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from services.orders.api.open311.formats import MEDIA, answer
from shared import errors
from shared.errors import ShijianError, Text
from shared.storage.mongo import unreachable
from shared.web.problems import speaks_chinese

log = logging.getLogger(__name__)

STATUSES: dict[type[ShijianError], int] = {
    errors.Unauthenticated: 403,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    ShijianError: 400,
}
AWAY = errors.Unavailable(
    Text("The database can't be reached; try again.", "数据库暂不可用,请稍后重试。"),
    extra={"retry_after": 2},
)
FAILED = Text(
    "Something went wrong on our side; please notify us.", "系统内部出错,请与管理员联系。"
)


def refusal(error: Exception, format: str) -> Response:
    """The answer for whatever was raised; nothing of the inside of a failure is shown."""
    if isinstance(error, PyMongoError) and unreachable(error):
        error = AWAY
    if isinstance(error, ShijianError):
        return _known(error, format)
    if isinstance(error, HTTPException):
        code = error.code or 400
        return _answer([(code, error.description or error.name)], code, format)
    log.error("unexpected error", exc_info=error)
    return _answer([(500, FAILED[_language()])], 500, format)


def _known(error: ShijianError, format: str) -> Response:
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    language = _language()
    found = [(status, f"{each.field}: {each.text[language]}") for each in error.fields]
    response = _answer(found or [(status, error.detail[language])], status, format)
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def _answer(found: list[tuple[int, str]], status: int, format: str) -> Response:
    content = [{"code": code, "description": description} for code, description in found]
    return answer("errors", content, format if format in MEDIA else "xml", status)


def _language() -> int:
    return 1 if speaks_chinese() else 0
