"""Sites and menu items: opened and closed, published and withdrawn."""

import copy

import pytest

from services.events.model.commands import ChangeSite, OpenSite, PlanSeries
from services.events.model.series import Series
from services.events.model.site import Site, SiteStatus
from services.orders.model.commands import PublishMenuItem
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from shared.contracts.events import SiteClosed, SiteOpened
from shared.contracts.vocabulary import Mode, SiteLevel, Theme
from shared.errors import Conflict
from tests.unit.builders import NOW, item

FACTS = {"level": SiteLevel.STATION, "title": "站北", "title_en": "Zhanbei"}


def site() -> Site:
    opened, _ = Site.open(OpenSite(code="XP11", **FACTS))
    return opened


def test_a_site_is_open_and_told_with_all_its_facts() -> None:
    opened, [event] = Site.open(OpenSite(code="XP11", **FACTS))

    assert opened.status is SiteStatus.OPEN
    assert isinstance(event, SiteOpened)
    assert event.model_dump() == {
        "site": "XP11",
        **FACTS,
        "communities": [],
        "demonstration": False,
        "position": None,
        "hours": [],
        "drawn_at": None,
    }


def test_a_change_replaces_the_facts_and_tells_all_of_them() -> None:
    changed = site()

    [event] = changed.change(ChangeSite(**FACTS | {"demonstration": True}), NOW)

    assert changed.demonstration is True
    assert event.model_dump()["demonstration"] is True


def test_a_closed_site_stays_as_it_is() -> None:
    closed = site()
    [event] = closed.close(NOW)
    assert isinstance(event, SiteClosed)
    before = copy.deepcopy(closed)

    with pytest.raises(Conflict):
        closed.close(NOW)
    with pytest.raises(Conflict):
        closed.change(ChangeSite(**FACTS), NOW)

    assert closed == before


def test_an_item_is_on_the_menu_until_it_is_withdrawn() -> None:
    command = PublishMenuItem(title="理发", theme=Theme.CIVILITY, modes=[Mode.HELP])
    published, [event] = MenuItem.publish("itm_haircut", command)
    assert event.model_dump()["item"] == "itm_haircut"

    [withdrawn] = published.withdraw("itm_haircut", NOW)

    assert withdrawn.model_dump() == {"item": "itm_haircut"}
    with pytest.raises(Conflict):
        published.withdraw("itm_haircut", NOW)


@pytest.mark.parametrize(
    ("sites", "offered"), [([], True), (["XP11"], True), (["XP12", "XP13"], False)]
)
def test_an_item_is_offered_at_its_sites_or_at_all(sites: list[str], offered: bool) -> None:
    assert item(sites=sites).offered_at("XP11") is offered
    assert not item(sites=sites, status=MenuItemStatus.WITHDRAWN).offered_at("XP11")


def test_a_series_is_planned_and_told() -> None:
    command = PlanSeries(
        code="spring-festival", title="我们的节日·春节", title_en="x", theme=Theme.CULTURE
    )

    series, [event] = Series.plan("ser_one111", command)

    assert (series.status, event.model_dump()["code"]) == ("planned", "spring-festival")
