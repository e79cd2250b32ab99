"""Personal data as people write it: its forms, its checks, and how it is shown masked.

A message never repeats a value, and no value stands in the `repr` of a command that holds it.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from shared.contracts.base import OR_IN_CHINESE, Command


class IdType(StrEnum):
    """Documents that a volunteer may be registered by (民发〔2015〕149号, basic information)."""

    RESIDENT_ID = "resident-id"  # 居民身份证
    RESIDENCE_PERMIT = "residence-permit"  # 港澳台居民居住证, numbered as an identity card
    HK_MACAO_PERMIT = "hk-macao-permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan-permit"  # 台湾居民来往大陆通行证
    PASSPORT = "passport"  # 护照
    FOREIGN_RESIDENT = "foreign-resident"  # 外国人永久居留身份证


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CARD = re.compile(r"^[1-9][0-9]{16}[0-9X]$")
_OTHERS = {
    IdType.HK_MACAO_PERMIT: re.compile(r"^[HM][0-9]{8}([0-9]{2})?$"),
    IdType.TAIWAN_PERMIT: re.compile(r"^[0-9]{8}([0-9A-Z]{2})?$"),
    IdType.PASSPORT: re.compile(r"^[A-Z0-9]{5,20}$"),
    IdType.FOREIGN_RESIDENT: re.compile(r"^([A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X])$"),
}
_MOBILE = re.compile(r"^1[3-9][0-9]{9}$")
_LANDLINE = re.compile(r"^0[1-9][0-9]{1,2}[2-9][0-9]{6,7}$")
_NAME = re.compile(r"^[^\W\d_]+([ ·.'-][^\W\d_]+)*$")


def card_problem(number: str) -> str:
    """What is wrong with the number of an identity card (GB 11643-1999), in both languages."""
    if len(number) == 15 and number.isdigit():
        return _said("the old number of 15 digits; 18 are wanted", "为 15 位旧号码,应为 18 位")
    if not _CARD.match(number):
        return _said("should be 17 digits and a digit or X", "应为 17 位数字加一位数字或 X")
    if born_by_card(number) is None:
        return _said("holds a day of birth that does not exist", "所含出生日期不存在")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    if number[17] != _CHECKS[total % 11]:
        return _said("does not fit its check digit; read it again", "校验码不符,请核对")
    return ""


def born_by_card(number: str) -> date | None:
    """Day of birth in the number of an identity card."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def number_problem(type: IdType, number: str) -> str:
    """What is wrong with the number of a document of that type; empty where nothing is."""
    if type in (IdType.RESIDENT_ID, IdType.RESIDENCE_PERMIT):
        return card_problem(number)
    if not _OTHERS[type].match(number):
        return _said("does not have the form of this type of document", "格式与证件类型不符")
    return ""


def _said(en: str, zh: str) -> str:
    return f"{en}{OR_IN_CHINESE}{zh}"


def _one_form(value: object) -> object:
    """Upper case, no spaces, ordinary digits: so that the same number is found again."""
    if not isinstance(value, str):
        return value
    text = value.translate(_FULL_WIDTH).upper()
    return re.sub(r"\s", "", text)


_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X", 0xFF58: "X"}


def _telephone_form(value: object) -> object:
    text = _one_form(value)
    if not isinstance(text, str):
        return text
    return re.sub(r"[-()()]", "", text).removeprefix("+86").removeprefix("0086")


def _telephone(value: str) -> str:
    if not (_MOBILE.match(value) or _LANDLINE.match(value)):
        raise ValueError(
            _said(
                "should be a mobile number of 11 digits, or a landline with its area code",
                "应为 11 位手机号码,或带区号的固定电话",
            )
        )
    return value


def _name(value: str) -> str:
    value = " ".join(value.split())
    if not _NAME.match(value):
        raise ValueError(_said("should be a name: letters and ·", "应为姓名,仅含文字和间隔号"))
    return value


IdNumber = Annotated[str, BeforeValidator(_one_form), Field(min_length=5, max_length=20)]
"""Number of a document, in its one form; whether it fits its type is the command's to check."""

Telephone = Annotated[
    str,
    BeforeValidator(_telephone_form),
    Field(min_length=10, max_length=12),
    AfterValidator(_telephone),
]
"""A mobile number of the mainland, or a landline with its area code; digits only."""

PersonName = Annotated[str, Field(min_length=2, max_length=50), AfterValidator(_name)]
"""Name of a person."""

HomeAddress = Annotated[str, Field(min_length=4, max_length=200)]
"""Where a person lives, in one line."""


class PrivateCommand(Command):
    """A command that holds personal data: its `repr` shows no value, so that no trace does."""

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        return iter(())

    def __str__(self) -> str:
        return repr(self)


def mask_name(name: str) -> str:
    """`王小明` → `王**`."""
    return name[:1] + "*" * (len(name) - 1)


def mask_number(number: str) -> str:
    """First and last character of a document's number."""
    return f"{number[:1]}{'*' * (len(number) - 2)}{number[-1:]}"


def mask_telephone(telephone: str) -> str:
    """`13800138000` → `138****8000`."""
    return f"{telephone[:3]}{'*' * (len(telephone) - 7)}{telephone[-4:]}"


def looks_personal(text: str) -> bool:
    """Whether a text holds what may be a mobile number or the number of an identity card."""
    return any(
        _MOBILE.match(run) or (len(run) == 18 and not card_problem(run))
        for run in re.findall(r"[0-9]+X?", text.translate(_FULL_WIDTH).upper())
    )
