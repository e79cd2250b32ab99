"""What is told of bulk plans (批量排班) of shifts."""

from enum import StrEnum

from shared.contracts.base import Id, SiteEvent


class SignedUp(StrEnum):
    """What becomes of a plan's shifts that somebody is in, when it is undone."""

    KEEP = "keep"  # they stay in the roster
    CANCEL = "cancel"  # they are cancelled; whoever is in is told


class PlanMade(SiteEvent, name="volunteers.plan.made", version=1):
    """A batch of shifts is to be laid out from a template."""

    plan: Id
    template: Id
    shifts: int


class PlanUndone(SiteEvent, name="volunteers.plan.undone", version=1):
    """Its shifts are taken back, as far as they have not begun."""

    plan: Id
    signed_up: SignedUp
