"""What is told of a wish (微心愿)."""

from enum import StrEnum

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Department, Mode, Theme


class WishKind(StrEnum):
    """What is wished for."""

    GOODS = "goods"
    SERVICE = "service"
    COMPANY = "company"


class WishRefusal(StrEnum):
    """Why a wish is refused; words of one's own stay in the service."""

    DUPLICATE = "duplicate"
    ON_THE_MENU = "on-the-menu"  # can be ordered: place an order instead
    NOT_A_WISH = "not-a-wish"
    TOO_LARGE = "too-large"
    NOT_ALLOWED = "not-allowed"


class ClaimEnd(StrEnum):
    """Why a claim is over without the wish being granted."""

    GIVEN_BACK = "given-back"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # the resident took the wish back


class WishEvent(SiteEvent):
    """What every event of a wish carries."""

    wish: Id
    theme: Theme
    modes: list[Mode]


class WishMade(WishEvent, name="orders.wish.made", version=1):
    """A resident wishes for something off the menu."""

    resident: PersonRef
    kind: WishKind
    on_behalf: bool


class WishVetted(WishEvent, name="orders.wish.vetted", version=1):
    """It may be claimed."""


class WishRejected(WishEvent, name="orders.wish.rejected", version=1):
    """It was refused."""

    reason: WishRefusal


class ClaimedWishEvent(WishEvent):
    """With who claims it: exactly one of the three."""

    volunteer: Id | None
    unit: str | None
    department: Department | None


class WishClaimed(ClaimedWishEvent, name="orders.wish.claimed", version=1):
    """认领: somebody has promised to grant it by then."""

    until: Moment


class WishReleased(ClaimedWishEvent, name="orders.wish.released", version=1):
    """The claim is over and the wish is not granted."""

    reason: ClaimEnd


class WishGranted(ClaimedWishEvent, name="orders.wish.granted", version=1):
    """It has come true."""

    resident: PersonRef
    photographs: int


class WishWithdrawn(WishEvent, name="orders.wish.withdrawn", version=1):
    """The resident no longer wishes it."""


class WishLapsed(WishEvent, name="orders.wish.lapsed", version=1):
    """Nobody claimed it in time."""
