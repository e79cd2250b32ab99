"""Drives over HTTP."""

from dataclasses import replace

from services.events.model.commands import drive as asked
from services.events.model.drive import Drive, DriveStatus
from services.events.store import Store
from shared.contracts.base import Event, Moment, SiteCode
from shared.contracts.events import DriveKind
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class DrivesQuery(PageQuery):
    """Filters of the list of drives."""

    site: SiteCode | None = None
    status: DriveStatus | None = None
    kind: DriveKind | None = None


@api.command("/v1/drives", scope="drives:write", made="id")
def open_drive(call: Call[Store], body: asked.OpenDrive) -> Receipt:
    """专项行动: the task list is out."""
    call.client.require_site(body.site)
    id = call.new_id("drv")

    def build(now: Moment) -> tuple[Drive, list[Event]]:
        for site in sorted({body.site, *(task.site for task in body.tasks)}):
            call.app.require_open(site)
        return Drive.open(id, body, now)

    return call.app.drives.make(id, call.origin, build)


@api.query("/v1/drives/{id}", scope="drives:read")
def read_drive(call: Call[Store], id: str) -> Loaded[Drive]:
    """One drive, with its tasks, reports and results."""
    return call.app.drives.load(id)


@api.query("/v1/drives", scope="drives:read")
def list_drives(call: Call[Store], query: DrivesQuery) -> Page[Drive]:
    """Drives of all sites: whoever takes part needs to know of them."""
    criteria = query.model_dump(include={"site", "status", "kind"}, exclude_none=True)
    return page_of(call.app.drives, criteria, query)


@api.command("/v1/drives/{id}/reports", scope="drives:report")
def report_task(call: Call[Store], id: str, body: asked.ReportTask) -> Receipt:
    """What was done at a task of a site that this client acts for."""
    report = call.new_id("rep")

    def decide(drive: Drive, now: Moment) -> list[Event]:
        site = drive.site_of(body.task)
        call.client.require_site(site)
        events = list(drive.report(report, body, now))
        call.app.claim(body.before, site, "drive", "before")
        call.app.claim(body.after, site, "drive", "after")
        return events

    origin = replace(call.origin, part=report)
    return call.app.drives.change(id, origin, decide, call.expected)


@api.command("/v1/drives/{id}/close", scope="drives:write")
def close_drive(call: Call[Store], id: str, body: asked.CloseDrive) -> Receipt:
    """It is over: the results of each site are fixed."""
    return call.change(call.app.drives, id, lambda it, now: it.close(body, now))


@api.command("/v1/drives/{id}/cancel", scope="drives:write")
def cancel_drive(call: Call[Store], id: str, body: asked.CancelDrive) -> Receipt:
    """It is called off before anybody reported."""
    return call.change(call.app.drives, id, lambda it, now: it.cancel(body, now))
