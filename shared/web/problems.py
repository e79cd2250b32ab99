"""Problem details (RFC 9457) in English and Chinese, chosen by `Accept-Language`."""

import json
import logging
import re
from collections import defaultdict
from contextlib import suppress

from flask import Response, request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from shared import errors
from shared.contracts.base import NOT_A_TIME, OR_IN_CHINESE
from shared.errors import FieldProblem, InvalidInput, ShijianError, Text
from shared.logs import request_id
from shared.storage.mongo import unreachable

log = logging.getLogger(__name__)

KINDS: dict[type[ShijianError], tuple[int, str, Text]] = {
    InvalidInput: (400, "invalid-input", Text("Invalid input", "请求内容有误")),
    errors.Unauthenticated: (401, "unauthenticated", Text("Not authenticated", "未通过身份验证")),
    errors.Forbidden: (403, "forbidden", Text("Not allowed", "无权操作")),
    errors.NotFound: (404, "not-found", Text("Not found", "未找到")),
    errors.Conflict: (409, "conflict", Text("Not possible in this state", "当前状态不允许此操作")),
    errors.VersionMismatch: (412, "version-mismatch", Text("Changed meanwhile", "已被他人修改")),
    errors.TooLarge: (413, "too-large", Text("Body too large", "请求内容过大")),
    errors.Unprocessable: (422, "unprocessable", Text("Value not accepted", "取值不被接受")),
    errors.VersionRequired: (428, "version-required", Text("If-Match needed", "缺少 If-Match")),
    errors.TooMany: (429, "too-many-requests", Text("Too many requests", "请求过于频繁")),
    errors.Internal: (500, "internal", Text("Internal error", "内部错误")),
    errors.Unavailable: (503, "unavailable", Text("Not available now", "暂不可用")),
}
"""Status, last part of the stable `type`, and title of each error."""

READ_ON_BYTES = 1024 * 1024  # beyond the limit
READ_AT_ONCE_BYTES = 64 * 1024
TYPE_BASE = "urn:shijian:problem:"
INTERNAL = errors.Internal(
    Text(
        "Something went wrong on our side; quote the request_id.",
        "系统内部出错;报修时请提供 request_id。",
    )
)

_TIME = Text(*NOT_A_TIME.split(OR_IN_CHINESE))
_WORDS = {
    "missing": Text("required", "必填"),
    "extra_forbidden": Text("unknown field; remove or correct it", "不认识的字段,请删除或改正"),
    "timezone_aware": _TIME,
    "json_invalid": Text("not valid JSON", "不是合法的 JSON"),
}
_CHINESE = {
    "string_type": "应为字符串",
    "string_too_short": "不能为空或过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不符:{pattern}",
    "int": "应为整数",
    "float": "应为数字",
    "bool": "应为 true 或 false",
    "enum": "应为其中之一:{expected}",
    "literal_error": "应为其中之一:{expected}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model": "应为对象",
    "too_short": "数量过少",
    "too_long": "数量过多",
}
"""By pydantic's error type, or its first word."""
_ANY = "取值有误"


def from_validation(error: ValidationError, where: str = "") -> InvalidInput:
    """Every field that does not fit, with what would be right. Values are never repeated."""
    problems = [
        FieldProblem(
            field=".".join(map(_shown, each["loc"])) or where or "body",
            text=_text(each),
        )
        for each in error.errors(include_input=False, include_url=False)
    ]
    names = ", ".join(problem.field for problem in problems)
    return InvalidInput(Text(f"Please correct: {names}.", f"请更正:{names}。"), *problems)


def _shown(part: str | int) -> str:
    """Part of a field's path. The name of an unknown field is a value too, perhaps a number."""
    return re.sub(r"[0-9]{6,}", "…", part) if isinstance(part, str) else str(part)


def _text(each: ErrorDetails) -> Text:
    kind, message = each["type"], each["msg"].removeprefix("Value error, ")
    if OR_IN_CHINESE in message:
        return Text(*message.split(OR_IN_CHINESE))
    if kind.startswith("datetime"):
        return _TIME
    if kind in _WORDS:
        return _WORDS[kind]
    chinese = _CHINESE.get(kind) or _CHINESE.get(kind.split("_")[0], _ANY)
    return Text(message, chinese.format_map(defaultdict(str, each.get("ctx", {}))))


def speaks_chinese() -> bool:
    """The reader's choice; English where nothing is said."""
    for language, _ in request.accept_languages:
        if language.lower().startswith(("en", "zh")):
            return language.lower().startswith("zh")
    return False


def problem(error: ShijianError) -> Response:
    """The answer for one of our errors."""
    status, name, title = next(KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)
    index = 1 if speaks_chinese() else 0
    body: dict[str, object] = {
        "type": TYPE_BASE + name,
        "title": title[index],
        "status": status,
        "detail": error.detail[index],
        "request_id": request_id.get(),
    }
    if error.fields:
        body["errors"] = [
            {"field": each.field, "message": each.text[index]} for each in error.fields
        ]
    response = _response(status, body | error.extra)
    response.headers["Content-Language"] = ("en", "zh-CN")[index]
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def any_problem(error: Exception) -> Response:
    """The answer for whatever was raised; nothing of its inside is shown."""
    if isinstance(error, ShijianError):
        return problem(error)
    if isinstance(error, ValidationError):
        return problem(from_validation(error))
    if isinstance(error, RequestEntityTooLarge):
        limit = request.max_content_length or 0
        _read_on(limit + READ_ON_BYTES)
        return problem(
            errors.TooLarge(
                Text(f"At most {limit} bytes are taken.", f"请求内容最多 {limit} 字节。"),
                extra={"limit": limit},
            )
        )
    if isinstance(error, HTTPException):
        return _response(
            error.code or 500,
            {
                "type": "about:blank",
                "title": error.name,
                "status": error.code,
                "detail": error.description,
                "request_id": request_id.get(),
            },
        )
    if isinstance(error, PyMongoError) and unreachable(error):
        log.warning("database unreachable", extra={"error": type(error).__name__})
        return problem(
            errors.Unavailable(
                Text("The database can't be reached; try again.", "数据库暂不可用,请稍后重试。"),
                extra={"retry_after": 2},
            )
        )
    log.exception("unexpected error")
    return problem(INTERNAL)


def _read_on(most: int) -> None:
    """Take some more of a body that is too large: who still sends would not see the answer."""
    with suppress(OSError):
        while most > 0 and (read := len(request.environ["wsgi.input"].read(READ_AT_ONCE_BYTES))):
            most -= read


def _response(status: int, body: dict[str, object]) -> Response:
    text = json.dumps(body, ensure_ascii=False, default=str)
    return Response(text, status, content_type="application/problem+json")
