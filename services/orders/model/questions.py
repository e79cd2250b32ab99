"""Extra questions of a menu item: a part of JSON Schema that is safe to be given by others.

No references and no patterns: so nothing is fetched, and no answer takes long to check.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import FieldProblem, Text, Unprocessable, invalid

KEYWORDS = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "items", "enum", "const",
        "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
        "title", "description", "default", "format",
    }
)  # fmt: skip
FORMATS = frozenset({"date", "time"})
DEEPEST = 4
MOST_QUESTIONS = 50
MOST_BYTES = 16 * 1024
"""Of the questions, and of the answers."""
MOST_PROBLEMS = 20

_CHINESE = {
    "required": "必填",
    "additionalProperties": "没有这个问题",
    "enum": "应为所列选项之一",
    "const": "取值有误",
    "type": "类型有误",
    "minimum": "数值过小",
    "maximum": "数值过大",
    "minLength": "过短",
    "maxLength": "过长",
    "minItems": "数量过少",
    "maxItems": "数量过多",
    "uniqueItems": "有重复",
    "format": "格式不符",
}


def check_questions(schema: Mapping[str, Any]) -> None:
    """Raises Unprocessable naming the place in `questions` that is not understood."""
    from jsonschema import Draft202012Validator  # heavy
    from jsonschema.exceptions import SchemaError

    if _bytes(schema) > MOST_BYTES:
        raise invalid("questions", f"at most {MOST_BYTES} bytes", f"最多 {MOST_BYTES} 字节")
    if schema.get("type") != "object" or not schema.get("properties"):
        raise invalid(
            "questions",
            "should be a JSON Schema of type object with properties",
            "应为 type 为 object 且有 properties 的 JSON Schema",
        )
    _check_part(schema, "questions", 0)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        at = ".".join(["questions", *map(str, error.absolute_path)])
        raise invalid(at, error.message[:200], "不是合法的 JSON Schema") from None


def _check_part(schema: Any, at: str, depth: int) -> None:
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        raise invalid(at, f"at most {DEEPEST} levels of schemas", f"最多 {DEEPEST} 层")
    for word in schema:
        if word not in KEYWORDS:
            known = ", ".join(sorted(KEYWORDS))
            raise invalid(f"{at}.{word}", f"not taken here; these are: {known}", "不支持该关键字")
    if schema.get("format", "date") not in FORMATS:
        raise invalid(f"{at}.format", "should be date or time", "应为 date 或 time")
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping) or len(properties) > MOST_QUESTIONS:
        raise invalid(at, f"at most {MOST_QUESTIONS} questions", f"最多 {MOST_QUESTIONS} 个问题")
    for name, part in properties.items():
        _check_part(part, f"{at}.{name}", depth + 1)
    if "items" in schema:
        _check_part(schema["items"], f"{at}.items", depth + 1)
    if not isinstance(schema.get("additionalProperties", False), bool):
        raise invalid(f"{at}.additionalProperties", "should be true or false", "应为 true 或 false")


def check_answers(schema: Mapping[str, Any] | None, answers: Mapping[str, Any]) -> None:
    """Raises Unprocessable naming every answer that does not fit."""
    problems = list(_problems(schema, answers))
    if problems:
        names = ", ".join(each.field for each in problems)
        raise Unprocessable(Text(f"Please correct: {names}.", f"请更正:{names}。"), *problems)


def _problems(
    schema: Mapping[str, Any] | None, answers: Mapping[str, Any]
) -> Iterator[FieldProblem]:
    if schema is None:
        for name in list(answers)[:MOST_PROBLEMS]:
            yield FieldProblem(field=f"answers.{name}", text=Text("nothing is asked", "无需填写"))
        return
    if _bytes(answers) > MOST_BYTES:
        text = Text(f"at most {MOST_BYTES} bytes", f"最多 {MOST_BYTES} 字节")
        yield FieldProblem(field="answers", text=text)
        return
    from jsonschema import Draft202012Validator  # heavy

    closed = {"additionalProperties": False} | dict(schema)
    checker = Draft202012Validator(closed, format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = sorted(checker.iter_errors(dict(answers)), key=lambda each: each.json_path)
    for error in errors[:MOST_PROBLEMS]:
        yield from _said(error)


def _said(error: Any) -> Iterator[FieldProblem]:
    """Which field, and what would be right; the answer itself is not repeated."""
    at = ["answers", *map(str, error.absolute_path)]
    word = str(error.validator)
    chinese = _CHINESE.get(word, "取值有误")
    if word == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield FieldProblem(field=".".join([*at, name]), text=Text("required", chinese))
    elif word == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in error.instance.keys() - known.keys():
            yield FieldProblem(field=".".join([*at, name]), text=Text("is not asked", chinese))
    else:
        wanted = json.dumps(error.validator_value, ensure_ascii=False)[:100]
        text = Text(f"should fit {word} {wanted}", f"{chinese}({word} {wanted})")
        yield FieldProblem(field=".".join(at), text=text)


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
