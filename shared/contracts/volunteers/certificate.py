"""What is told of certificates of service (志愿服务记录证明)."""

from datetime import date
from enum import StrEnum

from shared.contracts.base import Id, Moment, SiteEvent


class RevocationReason(StrEnum):
    """Why a certificate no longer holds."""

    HOURS_CORRECTED = "hours-corrected"  # the hours it states were wrong
    OBJECTION = "objection"  # an objection within the notice was right
    FALSE = "false"  # it was asked for or issued untruly
    REPLACED = "replaced"  # by a newer one
    ERASED = "erased"  # the person's data are gone


class CertificateEvent(SiteEvent):
    """`site`: of the organisation that recorded the hours, and so issues."""

    certificate: Id
    volunteer: Id


class CertificateIssued(CertificateEvent, name="volunteers.certificate.issued", version=1):
    """开具: it holds, and is on notice (公示) until `notice_until`."""

    number: str
    team: Id | None
    since: date
    until: date
    minutes: int
    notice_until: Moment


class CertificateConfirmed(CertificateEvent, name="volunteers.certificate.confirmed", version=1):
    """The notice is over without an objection that was right."""

    number: str


class CertificateDisputed(CertificateEvent, name="volunteers.certificate.disputed", version=1):
    """Somebody objects within the notice."""

    number: str


class CertificateRefused(CertificateEvent, name="volunteers.certificate.refused", version=1):
    """An application was refused."""


class CertificateRevoked(CertificateEvent, name="volunteers.certificate.revoked", version=1):
    """It holds no longer; its number still answers, and says so."""

    number: str
    reason: RevocationReason
