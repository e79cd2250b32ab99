"""The words of a formula, each with its position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import Text

MOST_LETTERS = 500  # of a formula


class FormulaError(Exception):
    """What is wrong with a formula, and where: `position` is that of a letter, from 1."""

    def __init__(self, position: int, text: Text) -> None:
        super().__init__(text.en)
        self.position = position
        self.text = Text(f"at position {position}: {text.en}", f"第 {position} 个字符处:{text.zh}")


@dataclass(frozen=True)
class Word:
    """One word; `kind` is number, name, sign or end."""

    kind: str
    text: str
    position: int


_WORD = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z]+)?)"
    r"|(?P<sign><=|>=|!=|[-+*/(),<>=]))"
)
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")


def words_of(text: str) -> Iterator[Word]:
    """Raises FormulaError at the first letter that begins no word."""
    if len(text) > MOST_LETTERS:
        raise FormulaError(
            MOST_LETTERS,
            Text(
                f"a formula has at most {MOST_LETTERS} letters", f"公式最多 {MOST_LETTERS} 个字符"
            ),
        )
    at = 0
    while text[at:].strip():
        found = _WORD.match(text, at)
        if not found or not found.lastgroup:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FormulaError(
                at + 1,
                Text(
                    "here should be a number, a name in small letters, or one of + - * / ( ) ,",
                    "此处应为数字、小写名称或 + - * / ( ) , 之一",
                ),
            )
        word = Word(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1)
        _require_short(word)
        yield word
        at = found.end()
    yield Word("end", "", len(text) + 1)


def _require_short(word: Word) -> None:
    if word.kind == "number" and not _NUMBER.fullmatch(word.text):
        raise FormulaError(
            word.position,
            Text(
                "a number has at most 9 digits before the point and 4 behind it",
                "数字整数部分最多 9 位,小数部分最多 4 位",
            ),
        )
