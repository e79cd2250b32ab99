"""Certificates of service over HTTP: 申请, 开具, 公示, and the check by number without a key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.certificates import DOCUMENT_PURPOSE, Verification
from services.volunteers.model.certificate import Certificate, CertificateStatus
from services.volunteers.model.commands import certificate as asked
from services.volunteers.model.people import require_person
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.storage.vault import Reading
from shared.web.api import Api, Call, File, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
PDF = "application/pdf"


class CertificatesQuery(PageQuery):
    """Filters of the list of certificates; `status=on-notice` is what is on notice now (公示)."""

    site: SiteCode | None = None
    status: CertificateStatus | None = None
    volunteer: Annotated[str | None, Field(max_length=64)] = None


@api.command("/v1/certificates", scope="certificates:apply", made="id")
def apply_for_certificate(call: Call[Store], body: asked.ApplyForCertificate) -> Receipt:
    """申请: the hours that one organisation recorded, in a stretch of days."""
    call.client.require_site(body.site)
    id = call.new_id("cer")

    def build(now: datetime) -> tuple[Certificate, list[Event]]:
        call.app.sites.require_open(body.site)
        call.app.require_volunteer(body.volunteer)
        if body.team:
            call.app.team(body.team)
        return Certificate.apply(id, body, now)

    return call.app.certificates.all.make(id, call.origin, build)


@api.query("/v1/certificates/{id}", scope="certificates:read")
def read_certificate(call: Call[Store], id: str) -> Loaded[Certificate]:
    """One certificate; the person's name and number are on the document alone."""
    return call.read(call.app.certificates.all, id)


@api.query("/v1/certificates", scope="certificates:read")
def list_certificates(call: Call[Store], query: CertificatesQuery) -> Page[Certificate]:
    """Certificates of the sites this client may act for."""
    included = {"site", "status", "volunteer"}
    criteria: Document = query.model_dump(include=included, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.certificates.all, criteria, query)


@api.command("/v1/certificates/{id}/issue", scope="certificates:issue")
def issue_certificate(call: Call[Store], id: str, body: asked.IssueCertificate) -> Receipt:
    """开具, on what the ledger says; it holds at once, and is on notice for seven days or more."""
    by = require_person(call.person)

    def decide(certificate: Certificate, now: datetime) -> Sequence[Event]:
        call.app.require_personal(certificate.volunteer)
        vouched = call.app.certificates.vouched(certificate)
        return certificate.issue(body, vouched, by, now)

    return call.change(call.app.certificates.all, id, decide)


@api.command("/v1/certificates/{id}/refuse", scope="certificates:issue")
def refuse_certificate(call: Call[Store], id: str, body: asked.RefuseCertificate) -> Receipt:
    """The organisation does not vouch for it."""
    return call.change(
        call.app.certificates.all, id, lambda certificate, now: certificate.refuse(body, now)
    )


@api.command("/v1/certificates/{id}/object", scope="certificates:object")
def object_to_certificate(call: Call[Store], id: str, body: asked.ObjectToCertificate) -> Receipt:
    """异议, while it is on notice."""
    by = require_person(call.person)
    return call.change(
        call.app.certificates.all,
        id,
        lambda certificate, now: certificate.object_to(body, by, now),
    )


@api.command("/v1/certificates/{id}/dismiss-objections", scope="certificates:issue", checks=True)
def dismiss_objections(call: Call[Store], id: str, body: asked.DismissObjections) -> Receipt:
    """They were not right; one that is right is answered by revoking."""
    by = require_person(call.person)
    return call.change(
        call.app.certificates.all, id, lambda certificate, now: certificate.dismiss(body, by, now)
    )


@api.command("/v1/certificates/{id}/revoke", scope="certificates:revoke")
def revoke_certificate(call: Call[Store], id: str, body: asked.RevokeCertificate) -> Receipt:
    """It holds no longer; its number goes on answering, and says so."""
    return call.change(
        call.app.certificates.all, id, lambda certificate, now: certificate.revoke(body, now)
    )


@api.query("/v1/certificates/{id}/document", scope="certificates:print", media=(PDF,))
def read_certificate_document(call: Call[Store], id: str) -> File:
    """The certificate as PDF, with name and document number in clear: each reading is audited."""
    found = read_certificate(call, id).state
    fields = ("name", "id_number")
    reading = Reading.of(call.origin, found.volunteer, fields, DOCUMENT_PURPOSE)
    content = call.app.certificates.document(found, call.app.identity(found.volunteer, reading))
    return File(content, PDF, f"{found.number}.pdf")


@api.query("/v1/certificates/{number}/verification", public=True)
def verify_certificate(call: Call[Store], number: str) -> Verification:
    """Whether a certificate holds, by its number; who it is of, masked. Needs no key."""
    return call.app.certificates.verification(number)
