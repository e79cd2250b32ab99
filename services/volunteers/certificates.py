"""Certificates of service: what the ledger vouches for, the document, the check by number."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.volunteers.chains import Chains
from services.volunteers.model.certificate import (
    Certificate,
    CertificateStatus,
    Content,
    Vouched,
    vouched_for,
)
from services.volunteers.model.times import day_of
from services.volunteers.model.volunteer import Volunteer
from shared import documents
from shared.contracts.personal import IdType
from shared.contracts.vocabulary import LABELS
from shared.contracts.volunteers import RevocationReason
from shared.errors import Conflict, NotFound, Text
from shared.service import Kit
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Index

TEMPLATE = Path(__file__).parent / "documents" / "certificate.typ"
DOCUMENT_PURPOSE = "certificate"
INDEXES = [
    Index("certificates", [("state.number", 1)]),
    Index("certificates", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("certificates", [("state.volunteer", 1), ("made", 1), ("_id", 1)]),
    Index("certificates", [("made", 1), ("_id", 1)]),
]


ID_KINDS = {
    IdType.RESIDENT_ID: "居民身份证",
    IdType.RESIDENCE_PERMIT: "港澳台居民居住证",
    IdType.HK_MACAO_PERMIT: "港澳居民来往内地通行证",
    IdType.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    IdType.PASSPORT: "护照",
    IdType.FOREIGN_RESIDENT: "外国人永久居留身份证",
}
"""证件类型, as the document says it."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What stands on the document of the person, in clear."""

    name: str
    id_type: IdType
    id_number: str
    number: str  # 志愿者编号: the national one, or ours until it is known


class Verification(BaseModel):
    """What anybody who has the number is told. Masked: who holds the paper can compare."""

    number: str
    holds: bool
    status: CertificateStatus
    issuer: str
    site: str
    volunteer_name: str | None  # masked; none where the person's data were erased
    id_number: str | None  # masked
    minutes: int
    since: str
    until: str
    issued_on: str
    notice_until: str | None
    corrected_since: bool  # hours that it states were corrected after it was issued
    revoked_on: str | None
    revoked_because: RevocationReason | None


class Certificates:
    """The certificates of this service, and what is made of them."""

    def __init__(self, kit: Kit, volunteers: Aggregates[Volunteer], chains: Chains) -> None:
        self.all = Aggregates(kit.database, "certificates", Certificate, kit.clock)
        self._volunteers = volunteers
        self._chains = chains
        self._address = kit.settings.public_url

    def vouched(self, certificate: Certificate) -> Vouched:
        """What this organisation recorded of the volunteer in these days, as of now."""
        head = self._chains.head(certificate.volunteer)
        links = self._chains.served(
            certificate.volunteer,
            certificate.site,
            certificate.team,
            (certificate.since, certificate.until),
        )
        return vouched_for(links, (head.number, head.hash))

    def document(self, certificate: Certificate, identity: Identity) -> bytes:
        """The PDF. Raises Conflict while it is not issued."""
        return document_of(certificate, identity, self.address_of(certificate.number))

    def address_of(self, number: str) -> str:
        """Where anybody can check it; the QR code leads there."""
        return f"{self._address}/v1/certificates/{number}/verification"

    def verification(self, number: str) -> Verification:
        """By number. Raises NotFound."""
        found = next(self.all.find({"number": number}, limit=1), None) if number else None
        if found is None or found.state.vouched is None:
            raise NotFound(
                Text(
                    "There is no certificate of this number; compare it with the paper.",
                    "没有此编号的证明,请核对纸质证明上的编号。",
                )
            )
        state = found.state
        vouched, issued_at = state.vouched, state.issued_at
        assert vouched and issued_at  # from when it has a number
        personal = self._volunteers.load(state.volunteer).state.personal
        return Verification(
            number=state.number,
            holds=state.status in (CertificateStatus.ON_NOTICE, CertificateStatus.VALID),
            status=state.status,
            issuer=state.issuer,
            site=state.site,
            volunteer_name=personal.name_masked if personal else None,
            id_number=personal.id_number_masked if personal else None,
            minutes=vouched.minutes,
            since=state.since,
            until=state.until,
            issued_on=_day(issued_at),
            notice_until=_day(state.notice_until) if state.notice_until else None,
            corrected_since=self.vouched(state).minutes < vouched.minutes,
            revoked_on=_day(state.revoked_at) if state.revoked_at else None,
            revoked_because=state.revoked_because,
        )


def document_of(certificate: Certificate, identity: Identity, address: str) -> bytes:
    """The certificate as PDF. Raises Conflict while it is not issued."""
    vouched, issued_at = certificate.vouched, certificate.issued_at
    if not (vouched and issued_at and certificate.notice_until):
        raise Conflict(
            Text("It is not issued.", "该证明尚未开具。"),
            extra={"state": certificate.status, "allowed": []},
        )
    as_written = ("number", "since", "until", "issuer", "responsible", "handler", "contact")
    data: dict[str, Any] = {
        **{name: getattr(certificate, name) for name in (*as_written, "purpose", "remarks")},
        "name": identity.name,
        "id_kind": ID_KINDS[identity.id_type],
        "id_number": identity.id_number,
        "volunteer_number": identity.number,
        "hours": hours(vouched.minutes),
        "times": sum(each.times for each in vouched.contents),
        "contents": [
            {"title": _title(each), "times": each.times, "hours": hours(each.minutes)}
            for each in vouched.contents
        ],
        "issued_on": _day(issued_at),
        "notice_until": _day(certificate.notice_until),
        "revoked": certificate.revoked_at is not None,
        "revoked_on": _day(certificate.revoked_at) if certificate.revoked_at else "",
        "address": address,
        "qr": documents.qr(address),
    }
    return documents.pdf(TEMPLATE, data, issued_at)


def _title(content: Content) -> str:
    modes = "、".join(LABELS[mode][1] for mode in content.modes)
    return f"{LABELS[content.theme][1]}({modes})"


def _day(moment: datetime) -> str:
    return day_of(moment).isoformat()


def hours(minutes: int) -> str:
    """As people write them: `34.5`; rounded down to a tenth, so that nothing is made greater."""
    tenths = minutes * 10 // 60
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
