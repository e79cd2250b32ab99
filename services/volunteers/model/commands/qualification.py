"""What can be asked of qualifications: their catalogue, and who holds them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.volunteers.model.commands.person import Code
from services.volunteers.model.commands.volunteer import PlainLine
from shared.contracts.base import Command, Line


class DefineQualification(Command):
    """A qualification of the catalogue, new or changed; it may include others."""

    code: Code
    title: Line
    title_en: Line
    includes: Annotated[list[Code], Field(max_length=30)] = []
    valid_months: Annotated[
        int | None, Field(ge=1, le=600, description="Expires so long after it was granted")
    ] = None


class GrantQualification(Command):
    """Somebody holds it, by a document or a training that was seen."""

    qualification: Code
    evidence: PlainLine  # number of a certificate, or what was seen
    issuer: PlainLine
    granted_on: date
    until: Annotated[
        date | None, Field(description="Last day; by the catalogue where it is left out")
    ] = None


class RevokeQualification(Command):
    """It does not hold any more."""

    qualification: Code
    reason: PlainLine
