"""What a number is: its name, unit, label and meaning."""

from dataclasses import dataclass

from shared.errors import Text

CASES, SESSIONS, ATTENDANCES, PEOPLE, TIMES, MINUTES, STARS, COPIES = (
    "件",
    "场次",
    "人次",
    "人",
    "次",
    "分钟",
    "星",
    "份",
)
POINTS = "分"


@dataclass(frozen=True)
class Measure:
    """One number."""

    name: str
    unit: str
    label: Text
    meaning: Text


def measure(name: str, unit: str, en: str, zh: str, meaning_en: str, meaning_zh: str) -> Measure:
    """With its label and meaning in both languages."""
    return Measure(name, unit, Text(en, zh), Text(meaning_en, meaning_zh))
