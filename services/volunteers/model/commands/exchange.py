"""What can be asked of tables that go in and out: sets of columns, imports."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.volunteers.model.commands.hours import MOST_SCANS, Scan, require_evidence
from services.volunteers.model.commands.person import Code, Consent
from services.volunteers.model.commands.volunteer import PlainLine
from shared.contracts.base import OR_IN_CHINESE, Command, SiteCode
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import HoursSource


class TableKind(StrEnum):
    """What the rows of a table are."""

    VOLUNTEERS = "volunteers"
    TEAMS = "teams"
    HOURS = "hours"
    RETURNED = "returned"  # what another system gave back: a number, or why it refused


PERSONAL_FIELDS = frozenset(
    {
        *("name", "id_number", "telephone", "address", "born_on", "sex", "birth_date"),
        *("guardian_name", "guardian_telephone"),
    }
)
"""Fields that only the export scope opens."""

FIELDS: dict[TableKind, frozenset[str]] = {
    TableKind.VOLUNTEERS: PERSONAL_FIELDS
    | {
        *("id", "number", "national_number", "person", "site", "status", "teams", "skills"),
        *("id_type", "registered_on", "minutes", "hours"),
        *("guardian_relation", "consent_text", "consent_at", "consent_channel"),
    },
    TableKind.TEAMS: frozenset(
        {"id", "title", "site", "status", "joining", "organisation", "leaders", "members"}
    ),
    TableKind.HOURS: frozenset(
        {
            *("id", "volunteer", "number", "national_number", "name", "id_number", "team"),
            *("team_title", "site", "theme", "service_date", "minutes", "hours", "evidence"),
            *("started_at", "ended_at", "pause", "mode"),
        }
    ),
    TableKind.RETURNED: frozenset({"id_number", "number", "national_number", "reason"}),
}
"""What a column of each kind may hold."""


class Column(Command):
    """One column of a form: its heading, and what stands in it."""

    header: Annotated[str, Field(min_length=1, max_length=60)]
    field: str | None = None
    constant: Annotated[PlainLine | None, Field(description="The same in each row")] = None
    values: Annotated[
        dict[str, str], Field(max_length=100, description="Our code: the form's word")
    ] = {}
    required: bool = False

    @model_validator(mode="after")
    def holds_something(self) -> Self:
        if self.field is not None and self.constant is not None:
            raise ValueError(f"give field or constant{OR_IN_CHINESE}field 与 constant 只能填写一项")
        return self


class DefineColumns(Command):
    """A set of columns: the form of another system, or one's own."""

    code: Code
    kind: TableKind
    title: PlainLine
    columns: Annotated[list[Column], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        headers = [each.header for each in self.columns]
        if len(set(headers)) != len(headers):
            raise ValueError(f"two columns have one header{OR_IN_CHINESE}列标题重复")
        known = FIELDS[self.kind]
        for each in self.columns:
            if each.field is not None and each.field not in known:
                allowed = ", ".join(sorted(known))
                raise ValueError(
                    f"columns: field should be one of {allowed}"
                    f"{OR_IN_CHINESE}columns: field 应为其中之一:{allowed}"
                )
        return self

    @property
    def fields(self) -> set[str]:
        return {each.field for each in self.columns if each.field}


class HoursGiven(Command):
    """Of a table of hours: how they are known, and what holds where its form has no column."""

    source: HoursSource = HoursSource.PAPER
    scans: Annotated[list[Scan], Field(max_length=MOST_SCANS)] = []
    explanation: Annotated[
        PlainLine | None, Field(description="Which system or list they come from")
    ] = None
    theme: Theme | None = None
    modes: Annotated[list[Mode], Field(max_length=6)] = []

    @model_validator(mode="after")
    def has_evidence(self) -> Self:
        require_evidence(self.source, self.scans, self.explanation)
        return self


class BeginImport(Command):
    """A table is to come in: of which form, for which site."""

    columns: Code
    site: SiteCode
    hours: Annotated[HoursGiven | None, Field(description="Needed of a table of hours")] = None
    consent: Annotated[
        Consent | None, Field(description="Of everybody in it, where the form has no column")
    ] = None


class ApplyImport(Command):
    """Do it. All rows have to be good, unless the bad ones are to be left out."""

    leave_out_bad: bool = False


class CancelImport(Command):
    """Don't; the rows are deleted."""
