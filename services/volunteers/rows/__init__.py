"""Rows of a table that came in, as commands on aggregates of this service."""

from services.volunteers.model.commands import TableKind
from services.volunteers.model.exchange import Import
from services.volunteers.rows.hours import HoursRows
from services.volunteers.rows.others import ReturnedRows, TeamRows
from services.volunteers.rows.row import Chunk, Kind, Problem, Row, Work
from services.volunteers.rows.volunteers import VolunteerRows
from services.volunteers.store import Store

KINDS: dict[TableKind, type[VolunteerRows | TeamRows | HoursRows | ReturnedRows]] = {
    TableKind.VOLUNTEERS: VolunteerRows,
    TableKind.TEAMS: TeamRows,
    TableKind.HOURS: HoursRows,
    TableKind.RETURNED: ReturnedRows,
}


def rows_of(store: Store, id: str, job: Import) -> Kind:
    """What checks and applies the rows of one import."""
    return KINDS[job.kind](Work(store, id, job))


__all__ = ["Chunk", "Kind", "Problem", "Row", "rows_of"]
