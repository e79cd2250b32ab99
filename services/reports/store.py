"""The reports service's own database: projections read, and published reports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.reports import assessing, construction, publicity, reporting
from services.reports.assessing import Assessing
from services.reports.consistency import Checked, check
from services.reports.deadlines import Deadlines, deadlines
from services.reports.evidence import Evidence
from services.reports.exchange.rights import Rights
from services.reports.exchange.snapshots import Snapshots
from services.reports.figures import AsOf, Figure, Figures, settled
from services.reports.files.assessment_content import content_of_ranking, content_of_sheet
from services.reports.files.content import Content, Names
from services.reports.files.made import Format, Language, MadeFile, ReportFiles, index_of
from services.reports.model.assessment import Assessment
from services.reports.model.inspection_file import InspectionFile
from services.reports.model.period import Period
from services.reports.model.queue import SubscriberQueue
from services.reports.model.report import Before, Report, Scope
from services.reports.model.subscription import Subscription
from services.reports.published_scores import INDEXES as OF_SCORES
from services.reports.published_scores import PublishedScores
from services.reports.queues.administration import Administration
from services.reports.queues.feeder import Feeder
from services.reports.queues.keeper import Facts, Keeper
from services.reports.queues.publishers import Publishers, QueuePublisher
from services.reports.webhooks.deliveries import Deliveries
from services.reports.webhooks.secrets import Secrets
from services.reports.webhooks.sender import Sender
from shared.contracts.vocabulary import Department, Theme
from shared.errors import Text
from shared.messaging.feed_client import FeedClient
from shared.messaging.generations import Generations
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage import files
from shared.storage.aggregates import Aggregates, Loaded
from shared.storage.mongo import Db, Document, Index, Migration

INDEXES = [
    Index("reports", [("state.period", 1), ("state.site", 1), ("made", 1)]),
    Index("reports", [("made", 1), ("_id", 1)]),
    Index(
        "reports",
        [(f"state.{each}", 1) for each in ("period", "site", "theme", "department", "revision")],
        unique=True,
        where={"state.revision": {"$gt": 0}},
    ),
    Index("subscriptions", [("state.client", 1), ("made", 1), ("_id", 1)]),
    Index("subscriptions", [("state.status", 1), ("made", 1), ("_id", 1)]),
    *publicity.INDEXES,
    *construction.INDEXES,
    Index("queues", [("state.client", 1), ("made", 1), ("_id", 1)]),
    Index("queues", [("state.status", 1), ("made", 1), ("_id", 1)]),
    *reporting.INDEXES,
    Index("inspection_files", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("inspection_files", [("made", 1), ("_id", 1)]),
    *files.INDEXES,
    *assessing.INDEXES,
    *OF_SCORES,
]


def _name_periods(database: Db) -> None:
    database["reports"].update_many(
        {"state.period": {"$exists": False}}, {"$rename": {"state.month": "state.period"}}
    )


def _fold_anew(database: Db) -> None:
    """There are other documents than before."""
    if database["cursors"].find_one({"_id": {"$regex": "^projections_"}}):
        Generations(database).ask_rebuild()


MIGRATIONS = [
    Migration("2026-11-24-reports-of-periods", _name_periods),
    Migration("2026-11-24-groups-in-the-sums", _fold_anew),
    Migration("2026-11-24-waiting-is-counted", _fold_anew),
]


class Store:
    """What views of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._feeds = FeedClient(kit.settings.urls, kit.settings.service_key)
        self.reports = Aggregates(kit.database, "reports", Report, kit.clock)
        self.publicity = publicity.Publicity(kit)
        self.constructions = construction.constructions(kit)
        self.reporting = reporting.ReportingBooks(kit)
        self.inspection_files = Aggregates(
            kit.database, "inspection_files", InspectionFile, kit.clock
        )
        self.urls = kit.settings.urls  # of the services' APIs
        self.sites = SiteDirectory(kit.generations)
        self.files = files.Files(kit.database, kit.clock)  # what people attach
        self._report_files = ReportFiles(kit)
        self.subscriptions = Aggregates(kit.database, "subscriptions", Subscription, kit.clock)
        self.assessing = Assessing(kit, self.sites)
        self.scores = PublishedScores(kit.database, self.assessing)
        self.vault = kit.vault
        self.deliveries = Deliveries(
            kit.database,
            self.subscriptions,
            self._feeds,
            Sender(kit.settings.webhook_networks),
            Secrets(kit.vault).open,
            self.heads,
            Rights(kit.settings.clients_file, "webhooks:write").lost,
        )
        self.snapshots = Snapshots(kit)
        self.queues = Aggregates(kit.database, "queues", SubscriberQueue, kit.clock)
        self.exchange_facts = Facts(kit.database)
        self.amqp_address = kit.settings.amqp_public_url or kit.settings.amqp_url
        self.feeder, self.keeper = self._feeding(kit)

    def _feeding(self, kit: Kit) -> tuple[Feeder, Keeper]:
        """What fills subscribers' queues, and what makes them and their users."""
        amqp_url, admin_url = kit.settings.amqp_url, kit.settings.broker_admin_url
        publishers = Publishers(lambda: QueuePublisher(amqp_url))
        rights = Rights(kit.settings.clients_file, "queues:write").lost
        feeder = Feeder(kit.database, self.queues, self._feeds, publishers, self.heads, rights)
        broker = Administration(admin_url, amqp_url) if admin_url else None
        return feeder, Keeper(
            self.exchange_facts, self.queues, broker, publishers, rights, feeder.hold
        )

    def claim(self, ids: Sequence[str], site: str, purpose: str, field: str) -> None:
        """Something of this site names these files now. Raises Unprocessable naming the field."""
        for number, id in enumerate(ids):
            self.files.claim(id, site, purpose, f"{field}.{number}")

    def heads(self) -> AsOf:
        """What there is to be told of, as far as it has been heard here."""
        return self.figures().as_of() | {"reports": self._kit.log.head()}

    def figures(self) -> Figures:
        """Of the live generation."""
        return Figures(self._kit, self._kit.generations.live())

    def settled(
        self,
        period: Period,
        site: str | None,
        theme: Theme | None = None,
        department: Department | None = None,
    ) -> tuple[AsOf, Figure]:
        """Figures as of exactly the places that they come with. Raises Unavailable."""
        return settled(self._kit, period, site, theme, department)

    def deadlines(self, site: str | None, most: int) -> Deadlines:
        """What waits, and at most so many of the orders that are late."""
        return deadlines(self._kit, site, most)

    def evidence(self) -> Evidence:
        """Of the live generation."""
        return Evidence(self._kit)

    def check(self, period: Period, now: datetime, grace: timedelta) -> Checked:
        """What the services tell against the sums. Raises FeedUnreachable, Unavailable."""
        return check(self._kit, self._feeds, period, now, grace)

    def file_of(self, report: Loaded[Report], format: Format, language: Language) -> MadeFile:
        """One of the files of a published report, the same for ever."""
        return self._report_files.of(report, format, language, self.names)

    def assessment_file(
        self, assessment: Assessment, site: str | None, format: Format, language: Language
    ) -> MadeFile:
        """One of the files of a published assessment, or of one site's sheet of it; the same for
        ever. Raises NotFound for a site that was not assessed."""
        of = self.assessing.edition(assessment.rubric, assessment.edition).content
        index = index_of(language)

        def content() -> Content:
            if site is None:
                return content_of_ranking(assessment, of, index)
            return content_of_sheet(assessment, of, site, index, self._kit.settings.smallest_cell)

        name = f"{assessment.id}.{site}" if site else assessment.id
        return self._report_files.kept(name, format, language, content)

    def files_of(self, report: str) -> list[Document]:
        """Name, size and checksum of the files of a report that have been made."""
        return self._report_files.made(report)

    def milestones(self, criteria: Document, limit: int) -> list[Document]:
        """Of all constructions, by their days, with what each is called."""
        rows = self._kit.generations.collection("milestones", self._kit.generations.live())
        cursor = rows.find(criteria, {"heard": 0}).sort([("due_on", 1), ("_id", 1)]).limit(limit)
        found = list(cursor)
        titled = {
            id: self.constructions.load(id).state for id in {r["construction"] for r in found}
        }
        for row in found:
            milestone = titled[row["construction"]].milestones.get(row["milestone"])
            if milestone:
                row |= {"title": milestone.title, "title_en": milestone.title_en}
        return found

    def site_title(self, code: str) -> str:
        """What people call a site; its code until that has been heard."""
        return str(self.sites.facts(code).get("title", code))

    def names(self) -> Names:
        """Titles of sites, teams, series and menu items."""
        titles = self._kit.generations.collection("titles", self._kit.generations.live())
        rows = [*self.sites.all(), *titles.find({}, {"title": 1, "title_en": 1})]
        return {row["_id"]: Text(row["title_en"], row["title"]) for row in rows}

    def last_published(self, period: Period, scope: Scope) -> Before | None:
        """The report that a new one supersedes."""
        query = {f"state.{name}": value for name, value in vars(scope).items()}
        found = self._kit.database["reports"].find_one(
            query | {"state.period": period.code},
            {"state.revision": 1},
            sort=[("state.revision", -1), ("made", -1), ("_id", -1)],
        )
        return Before(found["_id"], found["state"].get("revision", 0)) if found else None
