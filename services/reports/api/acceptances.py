"""Acceptance (验收) of a site's construction over HTTP, and its file as PDF and ZIP."""

from services.reports.acceptance_file import document_of, entries_of
from services.reports.model.commands import construction as asked
from services.reports.store import Store
from services.reports.zip_stream import MEDIA_TYPE, zipped
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call, File

api: Api[Store] = Api()
ONE = "/v1/constructions/{id}"
ACCEPTANCE = ONE + "/acceptances/{acceptance}"
PDF = "application/pdf"


@api.command(ONE + "/acceptances", scope="construction:report")
def apply(call: Call[Store], id: str, body: asked.ApplyForAcceptance) -> Receipt:
    """申请验收, once what it needs is reached; by a person (X-Person)."""
    acceptance = call.new_id("acp")
    return call.change(
        call.app.constructions,
        id,
        lambda it, now: it.apply(acceptance, body, call.person, now),
        part=acceptance,
    )


@api.command(ACCEPTANCE + "/withdraw", scope="construction:report")
def withdraw(
    call: Call[Store], id: str, acceptance: str, body: asked.WithdrawApplication
) -> Receipt:
    """It is not asked for now."""
    return call.change(
        call.app.constructions, id, lambda it, now: it.withdraw(acceptance, body, now)
    )


@api.command(ACCEPTANCE + "/decide", scope="construction:accept", checks=True)
def decide(call: Call[Store], id: str, acceptance: str, body: asked.DecideAcceptance) -> Receipt:
    """验收通过 or 退回, line by line of the checklist, by another person than who applied."""
    return call.change(
        call.app.constructions, id, lambda it, now: it.decide(acceptance, body, call.person, now)
    )


@api.query(ONE + "/acceptance-file", scope="construction:read", media=(PDF,))
def read_acceptance_file(call: Call[Store], id: str) -> File:
    """验收材料: milestones, evidence, checklist and decisions, as PDF."""
    loaded = call.read(call.app.constructions, id)
    made = document_of(loaded.state, call.app.site_title(loaded.state.site), call.clock.now())
    return File(made, PDF, f"{loaded.state.site}-acceptance.pdf")


@api.query(ONE + "/acceptance-file.zip", scope="construction:read", media=(MEDIA_TYPE,))
def read_acceptance_zip(call: Call[Store], id: str) -> File:
    """The same with the evidence itself, file by file, and their checksums."""
    loaded = call.read(call.app.constructions, id)
    title = call.app.site_title(loaded.state.site)
    made = document_of(loaded.state, title, call.clock.now())  # what fails does so before the ZIP
    entries = entries_of(loaded.state, made, call.app.files)
    name = f"{loaded.state.site}-acceptance.zip"
    return File(zipped(entries, call.clock.now()), MEDIA_TYPE, name)
