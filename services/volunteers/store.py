"""The volunteers service's own database: its aggregates and their indexes."""

from services.volunteers.model.calendar import Calendar
from services.volunteers.model.hours import HoursEntry
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Volunteer
from shared.contracts.volunteers import RefusalReason
from shared.errors import NotFound, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage.aggregates import Aggregates
from shared.storage.ids import derived_id
from shared.storage.mongo import Index

INDEXES = [
    Index("volunteers", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("volunteers", [("state.teams", 1), ("made", 1), ("_id", 1)]),
    Index("volunteers", [("made", 1), ("_id", 1)]),
    Index("teams", [("made", 1), ("_id", 1)]),
    Index("hours", [("state.volunteer", 1), ("made", 1), ("_id", 1)]),
    Index("hours", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("hours", [("made", 1), ("_id", 1)]),
]


class Store:
    """What views and reactions of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.volunteers = Aggregates(kit.database, "volunteers", Volunteer, kit.clock)
        self.teams = Aggregates(kit.database, "teams", Team, kit.clock)
        self.calendars = Aggregates(kit.database, "calendars", Calendar, kit.clock)
        self.hours = Aggregates(kit.database, "hours", HoursEntry, kit.clock)
        self.sites = SiteDirectory(kit.generations)

    def refusal(self, volunteer: str, team: str) -> RefusalReason | None:
        """Why the volunteer may not serve for the team now; None where they may."""
        try:
            return self.volunteers.load(volunteer).state.refusal(team)
        except NotFound:
            return RefusalReason.UNKNOWN_VOLUNTEER

    def require_team(self, id: str) -> None:
        """Raises Unprocessable naming the field."""
        try:
            self.teams.load(id)
        except NotFound:
            raise invalid(
                "team",
                f"there is no team {id}; GET /v1/teams lists them",
                f"没有志愿服务队 {id};可查询 GET /v1/teams",
            ) from None

    @staticmethod
    def calendar_id(volunteer: str) -> str:
        """Each volunteer has one calendar."""
        return derived_id("cal", volunteer)
