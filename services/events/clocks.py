"""What the events service does when time passes: offers, rounds of voting, counts."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from services.events.model import registering
from services.events.model.ballots import Turnout
from services.events.model.campaign import Campaign, CampaignStatus
from services.events.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Origin
from shared.storage.ids import derived_id

log = logging.getLogger(__name__)

CLIENT = "events.clocks"


def move_activities(store: Store) -> None:
    """Each activity knows when the first of its offers runs out."""
    origin = Origin(client=CLIENT, command="pass-time")
    store.activities.pass_time(origin, registering.pass_time)


def move_campaigns(store: Store) -> None:
    """Rounds open and close; a round's box stands before its first ballot comes."""
    selections = store.selections

    def pass_time(campaign: Campaign, now: datetime) -> Sequence[Event]:
        due = campaign.due_at()
        if campaign.status is CampaignStatus.ANNOUNCED and due and now >= due:
            selections.boxes.set_up(campaign.box_id(campaign.current))
        return campaign.pass_time(now)

    selections.campaigns.pass_time(Origin(client=CLIENT, command="pass-time"), pass_time)


def count_rounds(store: Store) -> None:
    """计票 of rounds that have closed; and what was counted is burnt."""
    selections = store.selections
    for loaded in selections.campaigns.find({"status": CampaignStatus.COUNTING}):
        campaign = loaded.state
        box = campaign.box_id(campaign.current)
        origin = Origin(client=CLIENT, command="campaigns.count", key=box)
        _apart(loaded.id, lambda each=loaded, by=origin: selections.count(each, by))  # type: ignore[misc]
    selections.burn_boxes()


def tell_turnout(store: Store) -> None:
    """Each number that turnout has reached is told once, whoever looks."""
    selections = store.selections
    for loaded in selections.campaigns.find({"status": CampaignStatus.VOTING}):
        campaign = loaded.state
        number, box = campaign.current + 1, campaign.box_id(campaign.current)
        by_site = selections.boxes.turnout(box)
        voices = sum(by_site.values())
        if selections.told.get(box, 0) == voices:
            continue
        id = derived_id("trn", box, str(voices))
        selections.turnouts.make(
            id,
            Origin(client=CLIENT, command="turnout.tell", key=id),
            lambda now, c=campaign, n=number, b=by_site: Turnout.tell(c.id, n, b),  # type: ignore[misc]
        )
        selections.told[box] = voices


def _apart(id: str, action: Callable[[], None]) -> None:
    """One campaign that can't be counted holds up no other."""
    try:
        action()
    except PyMongoError:
        raise
    except Exception:
        log.exception("can't count", extra={"id": id})


CLOCKS = (move_activities, move_campaigns, count_rounds, tell_turnout)
