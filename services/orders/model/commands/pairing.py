"""What can be asked about a pairing (结对)."""

from datetime import date

from services.orders.model.commands.wish import Claimant
from shared.contracts.base import Command, Id, SiteCode
from shared.contracts.orders.pairing import PairingEnd, PairingKind


class Helper(Claimant):
    """Who helps: exactly one of volunteer, unit, department."""


class MakePairing(Command):
    """A helper with a recipient, or with the community of a site."""

    site: SiteCode
    kind: PairingKind
    helper: Helper
    recipient: Id | None = None
    since: date
    until: date | None = None


class EndPairing(Command):
    """It is over, and why."""

    reason: PairingEnd
