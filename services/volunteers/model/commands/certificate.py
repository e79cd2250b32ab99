"""What can be asked of certificates of service."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, SiteCode
from shared.contracts.volunteers import RevocationReason

SHORTEST_NOTICE_DAYS = 7  # 民发〔2015〕149号, 三: generally no less


class ApplyForCertificate(Command):
    """申请: the hours that one organisation recorded, in a stretch of days, both included."""

    volunteer: Id
    site: SiteCode
    team: Annotated[Id | None, Field(description="Only what was served for this team")] = None
    since: date
    until: date
    purpose: Annotated[Line | None, Field(description="用途")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError(f"until: not before since{OR_IN_CHINESE}until 不得早于 since")
        return self


class IssueCertificate(Command):
    """开具, by a handler (经办人) of the organisation; its names stand on the paper."""

    issuer: Annotated[Line, Field(description="出具单位, as on its seal")]
    responsible: Annotated[Line, Field(description="负责人")]
    handler: Annotated[Line, Field(description="经办人")]
    contact: Annotated[Line, Field(description="联系方式 of the organisation")]
    remarks: Annotated[Line | None, Field(description="其他需要说明的事项")] = None
    notice_days: Annotated[int, Field(ge=SHORTEST_NOTICE_DAYS, le=60)] = SHORTEST_NOTICE_DAYS


class RefuseCertificate(Command):
    """The organisation did not record these hours, or can't vouch for them."""

    reason: Line


class ObjectToCertificate(Command):
    """异议, while it is on notice."""

    reason: Line


class DismissObjections(Command):
    """They were not right; an objection that is right is answered by revoking."""

    reason: Line


class RevokeCertificate(Command):
    """It holds no longer."""

    reason: RevocationReason
    explanation: Line
