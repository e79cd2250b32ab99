"""What can be asked about a wish (微心愿)."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from services.orders.model.commands.menu_item import Modes
from services.orders.model.commands.order import OnBehalf
from services.orders.model.commands.texts import FileRef
from shared.contracts.base import OR_IN_CHINESE, Command, Id, PersonRef, SiteCode
from shared.contracts.orders.wish import WishKind, WishRefusal
from shared.contracts.texts import PlainLine, PlainNote
from shared.contracts.vocabulary import Department, Mode, Theme

UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{2,40}$")]
"""The code under which clients know a unit (单位, 公益组织)."""
Photographs = Annotated[list[FileRef], Field(max_length=9)]


class MakeWish(Command):
    """A wish off the menu."""

    site: SiteCode
    resident: PersonRef
    title: PlainLine
    text: PlainNote | None = None
    kind: WishKind
    theme: Theme = Theme.CIVILITY
    modes: Modes = [Mode.HELP]
    on_behalf: OnBehalf | None = None


class VetWish(Command):
    """Let it be claimed."""


class RejectWish(Command):
    """Refuse it."""

    reason: WishRefusal
    note: PlainNote | None = None


class Claimant(Command):
    """Who claims (认领): exactly one of the three."""

    volunteer: Id | None = None
    unit: UnitCode | None = None
    department: Department | None = None

    @model_validator(mode="after")
    def _one(self) -> "Claimant":
        if sum(each is not None for each in (self.volunteer, self.unit, self.department)) != 1:
            raise ValueError(
                "should name exactly one of volunteer, unit, department"
                f"{OR_IN_CHINESE}volunteer、unit、department 应恰填一项"
            )
        return self


class ClaimWish(Command):
    """认领."""

    claimant: Claimant
    days: Annotated[int, Field(ge=1, le=60, description="Until it must be granted")] = 14


class ReleaseWish(Command):
    """Give the claim back; others may claim it."""


class GrantWish(Command):
    """It has come true."""

    note: PlainNote | None = None
    photographs: Photographs = []


class WithdrawWish(Command):
    """The resident no longer wishes it."""
