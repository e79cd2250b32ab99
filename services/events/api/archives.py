"""An activity's file and what people say of it, over HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from pydantic import BaseModel

from services.events.model import commands as asked
from services.events.model.activity import Activity
from services.events.model.archive import Archive
from services.events.model.commands import Fund, PaperKind
from services.events.model.feedback import Feedback
from services.events.model.summary import Counts, counts
from services.events.store import OF_ACTIVITIES, Store
from shared.contracts.base import Event
from shared.errors import NotFound
from shared.storage.aggregates import Receipt
from shared.storage.ids import derived_id
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

ACTIVITY = "/v1/activities/{id}"


class PaperShown(BaseModel):
    paper: str
    kind: PaperKind
    file: str
    title: str | None
    added_by: str
    added_at: datetime


class ArchiveShown(BaseModel):
    """The checklist; funds in fen."""

    missing: list[PaperKind]
    papers: list[PaperShown]
    summary: str | None
    funds: list[Fund]
    counts: Counts


@api.query(ACTIVITY + "/archive", scope="activities:read")
def read_archive(call: Call[Store], id: str) -> ArchiveShown:
    """活动档案: what is there, what is missing, and what it came to."""
    activity = call.read(call.app.activities, id).state
    try:
        archive = call.app.archives.load(_archive_id(id)).state
    except NotFound:
        archive = Archive(id, activity.site)
    papers = [
        PaperShown(
            paper=key,
            kind=each.kind,
            file=each.file,
            title=each.title,
            added_by=each.added_by,
            added_at=each.added_at,
        )
        for key, each in archive.papers.items()
    ]
    return ArchiveShown(
        missing=archive.missing(activity),
        papers=papers,
        summary=archive.summary,
        funds=archive.funds,
        counts=counts(activity),
    )


@api.command(ACTIVITY + "/papers", scope="activities:write")
def add_paper(call: Call[Store], id: str, body: asked.AddPaper) -> Receipt:
    """A paper, or a photograph with consent; the file is uploaded before."""
    paper = call.new_id("ppr")
    activity = call.read(call.app.activities, id).state
    call.app.files.claim(body.file, activity.site, OF_ACTIVITIES, "file")
    return _change(
        call,
        activity,
        lambda archive, now: archive.add(paper, body, call.person, activity, now),
        part=paper,
    )


@api.command(ACTIVITY + "/papers/{paper}/remove", scope="activities:write")
def remove_paper(call: Call[Store], id: str, paper: str, body: asked.RemovePaper) -> Receipt:
    """It does not belong there, or consent was taken back."""
    activity = call.read(call.app.activities, id).state
    return _change(
        call, activity, lambda archive, now: archive.remove(paper, body.reason, activity, now)
    )


@api.command(ACTIVITY + "/summary", scope="activities:write")
def summarise(call: Call[Store], id: str, body: asked.WriteSummary) -> Receipt:
    """总结 in words."""
    activity = call.read(call.app.activities, id).state
    return _change(call, activity, lambda archive, now: archive.summarise(body, activity, now))


@api.command(ACTIVITY + "/funds", scope="activities:write")
def record_funds(call: Call[Store], id: str, body: asked.RecordFunds) -> Receipt:
    """Funds by source, planned and spent."""
    activity = call.read(call.app.activities, id).state
    return _change(call, activity, lambda archive, now: archive.record_funds(body, activity, now))


@api.command(ACTIVITY + "/registrations/{registration}/feedback", scope="activities:register")
def give_feedback(
    call: Call[Store], id: str, registration: str, body: asked.GiveFeedback
) -> Receipt:
    """Once, by who came."""
    activity = call.read(call.app.activities, id).state
    return call.app.feedback.make(
        derived_id("fbk", id, registration),
        call.origin,
        lambda now: Feedback.give(activity, registration, body, now),
    )


@api.query(ACTIVITY + "/feedback", scope="activities:read")
def list_feedback(call: Call[Store], id: str, query: PageQuery) -> Page[Feedback]:
    """What those who came have said."""
    call.read(call.app.activities, id)
    return page_of(call.app.feedback, {"activity": id}, query)


def _change(
    call: Call[Store],
    activity: Activity,
    decide: Callable[[Archive, datetime], Sequence[Event]],
    part: str = "",
) -> Receipt:
    return call.app.archives.change(
        _archive_id(activity.id),
        replace(call.origin, part=part),
        decide,
        initial=partial(Archive, activity.id, activity.site),
    )


def _archive_id(activity: str) -> str:
    return derived_id("arc", activity)
