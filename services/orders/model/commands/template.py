"""What can be asked about response templates (答复模板)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Line

Uses = Annotated[
    list[Annotated[str, Field(pattern="^(reject|return|transfer|reopen)$")]],
    Field(min_length=1, max_length=4, description="The moves it gives reasons for"),
]


class WriteTemplate(Command):
    """Words that are used again and again."""

    title: Line
    text: Line
    uses: Uses


class ChangeTemplate(WriteTemplate):
    """Other words; what was answered before stays."""


class RetireTemplate(Command):
    """It is used no more."""
