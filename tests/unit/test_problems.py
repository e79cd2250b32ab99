"""What is wrong is said for each field in English and in Chinese, and values are never repeated."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError
from pymongo.errors import AutoReconnect, OperationFailure
from werkzeug.exceptions import RequestEntityTooLarge

from services.orders.model.commands import OnBehalf, PlaceOrder
from shared import errors
from shared.contracts.base import Command
from shared.errors import FieldProblem, InvalidInput, ShijianError, Text, invalid
from shared.settings import SERVICES
from shared.web.problems import KINDS, any_problem, from_validation
from tests.unit.builders import STARTS

CHINESE = re.compile("[一-鿿]")

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**9,
    10**40,
    1.5,
    "",
    " ",
    "x" * 3000,
    "13800001234",
    "2026-10-01",
    "2026-10-01T09:00:00",
    "2026-13-01T09:00:00Z",
    "中文",
    [],
    ["x"],
    [1],
    ["x"] * 300,
    {},
    {"x": 1},
    {"channel": "visit", "oral_yes": False},
    {"latitude": 91, "longitude": "x"},
)
"""For every field of every command at least one of these is wrong."""


def commands() -> Iterator[type[Command]]:
    for service in SERVICES:
        module = import_module(f"services.{service}.model.commands")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Command) and each is not Command:
                yield each


def refused(model: type[BaseModel], raw: str) -> InvalidInput:
    with pytest.raises(ValidationError) as error:
        model.model_validate_json(raw)
    return from_validation(error.value)


def assert_bilingual(problem: InvalidInput, raw: str) -> None:
    assert problem.fields, raw
    for each in problem.fields:
        assert each.text.en and not CHINESE.search(each.text.en), (each.field, each.text.en, raw)
        assert CHINESE.search(each.text.zh), (each.field, each.text.zh, raw)


FIELDS = [
    pytest.param(command, name, id=f"{command.__module__.split('.')[1]}.{command.__name__}.{name}")
    for command in dict.fromkeys(commands())
    for name in command.model_fields
]


@pytest.mark.parametrize(("command", "name"), FIELDS)
def test_whatever_is_wrong_with_a_field_is_said_in_both_languages(
    command: type[Command], name: str
) -> None:
    found = 0
    for value in WRONG:
        raw = json.dumps({name: value})
        problem = refused(command, raw) if is_wrong(command, raw) else None
        if problem:
            found += any(each.field.split(".")[0] == name for each in problem.fields)
            assert_bilingual(problem, raw)
    assert found, f"nothing of WRONG is wrong with {name}"


def is_wrong(model: type[BaseModel], raw: str) -> bool:
    try:
        model.model_validate_json(raw)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("raw", ["", "{", "[]", "5", "null", '"text"', '{"a":1}', '"\\ud800"'])
def test_whatever_is_wrong_with_a_body_is_said_in_both_languages(raw: str) -> None:
    assert_bilingual(refused(PlaceOrder, raw), raw)


@pytest.mark.parametrize(
    ("facts", "field", "en", "zh"),
    [
        ({"hands": "x"}, "hands", "integer", "应为整数"),
        ({"hands": 0}, "hands", "greater than or equal to 1", "应不小于 1"),
        ({"hands": 51}, "hands", "less than or equal to 50", "应不大于 50"),
        ({"hand": 1}, "hand", "unknown field", "不认识的字段"),
        ({"starts_at": "2026-10-01T09:00:00"}, "starts_at", "with zone", "须带时区"),
        ({"starts_at": "soon"}, "starts_at", "RFC 3339", "RFC 3339"),
        ({"resident": "13800001234"}, "resident", "derived number", "派生编号"),
        ({"site": "xp11"}, "site", "pattern", "格式不符"),
        (
            {"on_behalf": {"channel": "visit", "oral_yes": False}},
            "on_behalf",
            "oral_yes should be true",
            "oral_yes 应为 true",
        ),
        ({"on_behalf": {"channel": "mail", "oral_yes": True}}, "on_behalf.channel", "p", "格式"),
    ],
)
def test_a_wrong_field_is_named_with_what_would_be_right(
    facts: dict[str, Any], field: str, en: str, zh: str
) -> None:
    good = {"item": "itm_haircut", "site": "XP11", "resident": "R-000001", "starts_at": str(STARTS)}

    problem = refused(PlaceOrder, json.dumps(good | facts))

    [each] = problem.fields
    assert each.field == field
    assert en in each.text.en
    assert zh in each.text.zh


def test_every_missing_field_is_named() -> None:
    problem = refused(PlaceOrder, "{}")

    assert [each.field for each in problem.fields] == ["item", "site", "resident", "starts_at"]
    assert all(each.text == Text("required", "必填") for each in problem.fields)


@pytest.mark.parametrize("field", ["resident", "item", "site", "starts_at", "on_behalf"])
def test_what_was_sent_is_never_repeated(field: str) -> None:
    sent = "秘密" if field != "resident" else "13800001234"

    problem = refused(PlaceOrder, json.dumps({field: sent}))

    shown = [*problem.detail, *(text for each in problem.fields for text in each.text)]
    assert not [text for text in shown if sent in text]


def test_a_time_that_no_calendar_has_in_utc_is_a_wrong_value() -> None:
    for moment in ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"):
        assert_bilingual(refused(PlaceOrder, json.dumps({"starts_at": moment})), moment)


def test_oral_yes_is_asked_for() -> None:
    with pytest.raises(ValidationError):
        OnBehalf(channel="visit", oral_yes=False)


# ---- the answer ----


def answer(error: Exception, language: str = "") -> tuple[int, dict[str, Any], dict[str, str]]:
    headers = {"Accept-Language": language} if language else {}
    with Flask("test").test_request_context("/", headers=headers):
        response = any_problem(error)
    assert response.content_type == "application/problem+json"
    return response.status_code, json.loads(response.data), dict(response.headers)


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_has_its_status_a_stable_type_and_words_in_both_languages(
    kind: type[ShijianError],
) -> None:
    error = kind(Text("So it is.", "就是这样。"))

    status, english, _ = answer(error)
    _, chinese, headers = answer(error, "zh-CN")

    assert status == KINDS[kind][0] == english["status"]
    assert english["type"] == f"urn:shijian:problem:{KINDS[kind][1]}" == chinese["type"]
    assert (english["detail"], chinese["detail"]) == ("So it is.", "就是这样。")
    assert CHINESE.search(chinese["title"])
    assert headers["Content-Language"] == "zh-CN"


def test_every_error_of_the_tree_has_an_answer() -> None:
    assert set(ShijianError.__subclasses__()) == set(KINDS)


@pytest.mark.parametrize(
    ("language", "chinese"),
    [
        ("zh-CN", True),
        ("zh", True),
        ("zh-Hans-CN,zh;q=0.9", True),
        ("en;q=0.5,zh;q=0.9", True),
        ("en-GB,zh;q=0.5", False),
        ("fr", False),
        ("", False),
    ],
)
def test_the_reader_chooses_the_language(language: str, chinese: bool) -> None:
    _, body, _ = answer(errors.NotFound(Text("Not there.", "没有。")), language)

    assert body["detail"] == ("没有。" if chinese else "Not there.")


def test_fields_and_extras_are_in_the_answer() -> None:
    field = FieldProblem(field="site", text=Text("closed", "已关闭"))
    error = errors.Unprocessable(Text("No.", "不行。"), field, extra={"site": "XP11"})

    _, body, _ = answer(error, "zh")

    assert body["errors"] == [{"field": "site", "message": "已关闭"}]
    assert body["site"] == "XP11"


def test_the_common_refusal_names_its_field() -> None:
    error = invalid("site", "there is no site XP99", "没有站点 XP99")

    assert answer(error)[1]["errors"] == [{"field": "site", "message": "there is no site XP99"}]


def test_some_answers_say_what_to_do_next() -> None:
    wait = errors.TooMany(Text("Wait.", "请等。"), extra={"retry_after": 7})

    assert answer(wait)[2]["Retry-After"] == "7"
    assert answer(errors.Unauthenticated(Text("Key.", "密钥。")))[2]["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AutoReconnect("mongodb://user:secret@host"), 503),
        (OperationFailure("secret"), 500),
        (ZeroDivisionError("secret"), 500),
        (RequestEntityTooLarge(), 413),
    ],
)
def test_nothing_of_the_inside_is_shown(error: Exception, status: int) -> None:
    got, body, _ = answer(error, "zh")

    assert got == status
    assert "secret" not in json.dumps(body)
    assert CHINESE.search(body["detail"])
