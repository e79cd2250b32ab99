"""The services: each kind of snapshot (随手拍), and each item of the menu (点单)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.orders.model.menu_item import MenuItem
from services.orders.model.snapshot import KINDS
from services.orders.model.survey import Offer
from shared.contracts.orders.snapshot import SnapshotKind
from shared.contracts.vocabulary import LABELS, Theme
from shared.errors import NotFound, Text

SNAPSHOT_PREFIX = "snapshot-"
SNAPSHOTS = Text("Snapshots", "随手拍")
STARTS_AT, HANDS = "starts_at", "hands"
ONE_LINE = 200  # letters; a longer answer may have several lines
ATTRIBUTE_CODE = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
NUMBER = re.compile(r"^-?[0-9]{1,15}([.][0-9]{1,15})?$")


@dataclass(frozen=True)
class Attribute:
    """A further field of a request: what is asked, and of which type."""

    code: str
    datatype: str
    required: bool
    description: Text
    help: Text
    values: tuple[tuple[str, str], ...] = ()

    def shown(self, order: int, language: int) -> dict[str, Any]:
        content: dict[str, Any] = {
            "variable": True,
            "code": self.code,
            "datatype": self.datatype,
            "required": self.required,
            "datatype_description": self.help[language],
            "order": order,
            "description": self.description[language],
        }
        if self.values:
            content["values"] = [{"key": key, "name": name} for key, name in self.values]
        return content


MENU_ATTRIBUTES = (
    Attribute(
        STARTS_AT,
        "datetime",
        True,
        Text("When it should begin", "希望的服务时间"),
        Text("RFC 3339 with zone", "带时区,例如 2026-12-01T09:00:00+08:00"),
    ),
    Attribute(
        HANDS,
        "number",
        False,
        Text("Volunteers needed, if not as usual", "所需志愿者人数"),
        Text("1 to 50", "1 至 50"),
    ),
)
"""Of every item; its own questions follow."""


def questions_of(item: MenuItem) -> list[Attribute]:
    """The item's extra questions as attributes: what a list of types can't say (objects, lists of
    free texts) is not asked here."""
    schema = item.questions or {}
    required = schema.get("required", ())
    found = []
    for code, part in schema.get("properties", {}).items():
        datatype, values = _datatype(part)
        if datatype and ATTRIBUTE_CODE.match(code):
            title = str(part.get("title") or code)
            help = str(part.get("description") or "")
            found.append(
                Attribute(
                    code, datatype, code in required, Text(title, title), Text(help, help), values
                )
            )
    return found


def _datatype(part: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "enum" in part:
        return "singlevaluelist", tuple((str(each), str(each)) for each in part["enum"])
    match part.get("type"):
        case "string":
            return ("text" if part.get("maxLength", 0) > ONE_LINE else "string"), ()
        case "integer" | "number":
            return "number", ()
        case "boolean":
            return "singlevaluelist", (("true", "是 yes"), ("false", "否 no"))
        case "array" if "enum" in part.get("items", {}):
            return "multivaluelist", _datatype(part["items"])[1]
        case _:
            return "", ()


def answers_to(item: MenuItem, attributes: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was answered, of the types that the questions want; a wrong one is left as it came, and
    refused by the questions themselves."""
    asked = (item.questions or {}).get("properties", {})
    return {
        code: _typed(asked.get(code, {}), values)
        for code, values in attributes.items()
        if code not in (STARTS_AT, HANDS)
    }


def _typed(part: Mapping[str, Any], values: list[str]) -> Any:
    if part.get("type") == "array":
        return values
    value = values[0] if values else ""
    match part.get("type"):
        case "integer" if value.lstrip("-").isdecimal():
            return int(value)
        case "number" if NUMBER.match(value):
            return float(value)
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case _:
            return next((each for each in part.get("enum", ()) if str(each) == value), value)


def snapshot_code(kind: SnapshotKind) -> str:
    return SNAPSHOT_PREFIX + kind


def kind_of(service_code: str) -> SnapshotKind | None:
    """The kind of snapshot that a service code means; None for an item of the menu."""
    if not service_code.startswith(SNAPSHOT_PREFIX):
        return None
    try:
        return SnapshotKind(service_code.removeprefix(SNAPSHOT_PREFIX))
    except ValueError:
        raise unknown_service(service_code) from None


def all_services(offers: Iterable[Offer], language: int) -> list[dict[str, Any]]:
    """`GET services`."""
    return [
        *(_of_kind(kind, language) for kind in KINDS),
        *(_of_item(each, language) for each in offers),
    ]


def definition(service_code: str, item: MenuItem | None, language: int) -> dict[str, Any]:
    """`GET services/<code>`: what is asked beside the fields of every request. `item`: of the
    menu; None for a kind of snapshot."""
    attributes = [*MENU_ATTRIBUTES, *questions_of(item)] if item else []
    return {
        "service_code": service_code,
        "attributes": [each.shown(number, language) for number, each in enumerate(attributes, 1)],
    }


def service_name(service_code: str, titles: dict[str, str], language: int) -> str | None:
    """What people call it. `titles`: of the menu, by item."""
    kind = kind_of(service_code)
    return KINDS[kind][0][language] if kind else titles.get(service_code)


def unknown_service(service_code: str) -> NotFound:
    return NotFound(
        Text(
            f"service_code {service_code} was not found; GET services lists those there are.",
            f"没有服务 {service_code};可查询 GET services。",
        )
    )


def _of_kind(kind: SnapshotKind, language: int) -> dict[str, Any]:
    label, theme = KINDS[kind]
    return {
        "service_code": snapshot_code(kind),
        "service_name": label[language],
        "description": f"{SNAPSHOTS[language]}: {label[language]}",
        "metadata": False,
        "type": "realtime",
        "keywords": _keywords(theme, SNAPSHOTS[language], language),
        "group": SNAPSHOTS[language],
    }


def _of_item(offer: Offer, language: int) -> dict[str, Any]:
    group = LABELS[offer.theme][language]
    return {
        "service_code": offer.item,
        "service_name": offer.title,
        "description": f"{group}: {offer.title}",
        "metadata": True,
        "type": "realtime",
        "keywords": _keywords(offer.theme, offer.title, language),
        "group": group,
    }


def _keywords(theme: Theme, word: str, language: int) -> str:
    return ", ".join((LABELS[theme][language], word.replace(",", " ")))
