"""The volunteers service's own database: its aggregates and their indexes."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pymongo.read_concern import ReadConcern

from services.volunteers import certificates, hours_store, people
from services.volunteers.certificates import Certificates, Identity
from services.volunteers.model.calendar import Booking, Calendar
from services.volunteers.model.commands.hours import EnterSheet
from services.volunteers.model.exchange import ColumnSet, Import
from services.volunteers.model.person import Person
from services.volunteers.model.qualification import Catalogue
from services.volunteers.model.shift import Shift
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.people import People
from services.volunteers.rosters import Rosters
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, FieldProblem, NotFound, Text, Unprocessable, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage import files
from shared.storage.aggregates import Aggregates, Loaded
from shared.storage.ids import derived_id
from shared.storage.mongo import FAST, Index
from shared.storage.vault import Reading

CATALOGUE = "qlf_catalogue"
"""Id of the one document of all qualifications."""

INDEXES = [
    *people.INDEXES,
    Index("volunteers", [("state.requests.team", 1), ("made", 1), ("_id", 1)]),
    Index("volunteers", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("volunteers", [("state.teams", 1), ("made", 1), ("_id", 1)]),
    Index("volunteers", [("made", 1), ("_id", 1)]),
    Index("teams", [("made", 1), ("_id", 1)]),
    *hours_store.INDEXES,
    *certificates.INDEXES,
    *files.INDEXES,
]

REFUSALS: dict[RefusalReason, Text] = {
    RefusalReason.UNKNOWN_VOLUNTEER: Text("is not registered", "未注册"),
    RefusalReason.NOT_VERIFIED: Text("is not verified by name", "未实名认证"),
    RefusalReason.NOT_IN_TEAM: Text("is not in this team", "不在该志愿服务队"),
    RefusalReason.SUSPENDED: Text("is suspended", "已暂停服务"),
    RefusalReason.BARRED: Text("has missed too many shifts lately", "近期缺勤过多,暂停报名"),
    RefusalReason.LEFT: Text("is no volunteer any more", "已注销"),
    RefusalReason.NOT_ADULT: Text("is not known to be of age", "未登记为成年人"),
    RefusalReason.NOT_INSURED: Text("has no insurance on record then", "此时段无保险记录"),
    RefusalReason.NOT_BRIEFED: Text("has not agreed to the notice of risk", "未确认风险告知"),
    RefusalReason.NOT_QUALIFIED: Text("lacks a qualification", "缺少所需资质"),
    RefusalReason.OVERLAP: Text("This volunteer has no time then.", "该志愿者此时段已有安排。"),
}
"""What a person is told of each."""


class Store:
    """What views and reactions of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.volunteers = Aggregates(kit.database, "volunteers", Volunteer, kit.clock)
        self.teams = Aggregates(kit.database, "teams", Team, kit.clock)
        self.calendars = Aggregates(kit.database, "calendars", Calendar, kit.clock)
        self.hours = hours_store.HoursStore(kit)
        self.files = files.Files(kit.database, kit.clock)
        self.volunteer_rows = kit.database["volunteers"]
        self.imports = Aggregates(kit.database, "imports", Import, kit.clock)
        self.column_sets = Aggregates(kit.database, "column_sets", ColumnSet, kit.clock)
        # What is lost with a primary is done again; the import's own change, which follows what is
        # written there, waits for the majority, and with it for all of that.
        self.import_rows = kit.database.get_collection(
            "import_rows", read_concern=ReadConcern("local"), write_concern=FAST
        )
        self.import_results = kit.database["import_results"]
        self.now = kit.clock.now
        self.catalogue = Aggregates(kit.database, "qualifications", Catalogue, kit.clock)
        self.people = People(self.volunteers, self.volunteer_rows, kit.vault)
        self.sites = SiteDirectory(kit.generations)
        self.rosters = Rosters(kit)
        self.certificates = Certificates(kit, self.volunteers, self.hours.chains)
        self.log = kit.log

    def refusal(
        self,
        volunteer: str,
        team: str,
        needs: Iterable[str] = (),
        until: datetime | None = None,
        since: datetime | None = None,
    ) -> RefusalReason | None:
        """Why the volunteer may not serve for the team; None where they may.

        `needs` are those of the post, and must be met from `since` (or at the end) `until` then.
        """
        try:
            found = self.volunteers.load(volunteer).state
        except NotFound:
            return RefusalReason.UNKNOWN_VOLUNTEER
        if refusal := found.refusal(team):
            return refusal
        if self.rosters.barred(volunteer):
            return RefusalReason.BARRED
        return found.refusal(team, needs, since or until, until)

    @staticmethod
    def unmet(volunteer: Volunteer, shift: Shift) -> RefusalReason | None:
        """What the shift needs and the volunteer can't show over its time."""
        of_age = volunteer.of_age(shift.starts_at)
        return volunteer.credentials.refusal(
            shift.qualifications, shift.starts_at, shift.ends_at, of_age
        )

    def require_fit(
        self, shift: Shift, volunteer: str, team: str, *, override: bool = False
    ) -> None:
        """Say at once what the calendar would refuse a moment later, as far as it is known now.

        Raises Unprocessable naming the volunteer; Conflict where the time is taken."""
        reason = self.refusal(volunteer, team, shift.qualifications, shift.ends_at, shift.starts_at)
        if reason:
            text = REFUSALS[reason]
            raise invalid("volunteer", text.en, text.zh)
        if not override and self.takes_time(self.calendar(volunteer), shift):
            raise Conflict(
                REFUSALS[RefusalReason.OVERLAP],
                extra={"reason": RefusalReason.OVERLAP, "allowed": []},
            )

    def calendar(self, volunteer: str) -> Calendar:
        """As it is now; an empty one where nothing was ever reserved."""
        try:
            return self.calendars.load(self.calendar_id(volunteer)).state
        except NotFound:
            return Calendar(volunteer)

    def takes_time(self, calendar: Calendar, shift: Shift) -> bool:
        """Whether the calendar holds something that can't be served beside the shift."""
        wanted = Booking(None, "", shift.starts_at, shift.ends_at, site=shift.site)
        return bool(calendar.in_the_way(wanted, self.rosters.rules().gaps))

    def team(self, id: str) -> Team:
        """Raises Unprocessable naming the field."""
        try:
            return self.teams.load(id).state
        except NotFound:
            raise invalid(
                "team",
                f"there is no team {id}; GET /v1/teams lists them",
                f"没有志愿服务队 {id};可查询 GET /v1/teams",
            ) from None

    def require_rows(self, sheet: EnterSheet) -> None:
        """Raises Unprocessable with every row whose volunteer is not in its team."""
        self.team(sheet.team)
        problems = []
        known: dict[str, list[str]] = {}
        for number, row in enumerate(sheet.rows):
            if row.volunteer not in known:
                known[row.volunteer] = self._teams_of(row.volunteer)
            if (row.team or sheet.team) not in known[row.volunteer]:
                text = Text("no volunteer of this team", "不是该志愿服务队的志愿者")
                problems.append(FieldProblem(field=f"rows.{number}.volunteer", text=text))
        if problems:
            raise Unprocessable(
                Text("None of the rows is taken; mend these.", "未录入任何一行,请先更正以下各行。"),
                *problems,
            )

    def _teams_of(self, volunteer: str) -> list[str]:
        with suppress(NotFound):
            return self.volunteers.load(volunteer).state.teams
        return []

    def require_volunteer(self, id: str) -> Volunteer:
        """One that is registered. Raises Unprocessable naming the field."""
        with suppress(NotFound):
            return self.volunteers.load(id).state
        raise invalid("volunteer", f"there is no volunteer {id}", f"没有志愿者 {id}")

    def require_personal(self, volunteer: str) -> Person:
        """Sealed. Raises Conflict where there is nothing that a document could state."""
        personal = self.volunteers.load(volunteer).state.personal
        if personal is None:
            raise Conflict(
                Text(
                    "The volunteer's name and document are not (or no longer) on record.",
                    "未登记(或已删除)该志愿者的姓名和证件。",
                ),
                extra={"allowed": []},
            )
        return personal

    def identity(self, volunteer: str, reading: Reading) -> Identity:
        """Name and document in clear; the audit is written first."""
        personal = self.require_personal(volunteer)
        state = self.volunteers.load(volunteer).state
        read = self.people.reader(reading)
        return Identity(
            name=read(personal.name),
            id_type=personal.id_type,
            id_number=read(personal.id_number),
            number=state.national_number or state.number,
        )

    def persons_of(self, volunteers: Sequence[str]) -> set[str]:
        """The references under which clients know these volunteers."""
        found = set()
        for each in volunteers:
            with suppress(NotFound):
                found.add(self.volunteers.load(each).state.person)
        return found

    def members(self, team: str) -> int:
        """How many are in the team now."""
        return self.volunteer_rows.count_documents({"state.teams": team})

    def load_catalogue(self) -> Loaded[Catalogue]:
        """The catalogue of qualifications; an empty one while nothing was ever defined."""
        try:
            return self.catalogue.load(CATALOGUE)
        except NotFound:
            return Loaded(CATALOGUE, 0, datetime.fromtimestamp(0, UTC), Catalogue(), [])

    def last_served(self, volunteer: str) -> datetime | None:
        """When the last of this volunteer's hours were entered; None where there are none."""
        newest = self.hours.chains.links.newest({"volunteer": volunteer})
        return self.hours.chains.links.load(newest).made if newest else None

    def require_nothing_booked(self, volunteer: str, now: datetime) -> None:
        """Raises Conflict while the calendar holds time that lies ahead."""
        if any(now < each.ends_at for each in self.calendar(volunteer).bookings.values()):
            raise Conflict(
                Text(
                    "Time is still reserved for this volunteer; release it first.",
                    "该志愿者仍有已预订的时间,请先释放。",
                ),
                extra={"allowed": []},
            )

    @staticmethod
    def calendar_id(volunteer: str) -> str:
        """Each volunteer has one calendar."""
        return derived_id("cal", volunteer)
