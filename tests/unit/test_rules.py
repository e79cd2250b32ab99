"""Rules of sites and items, and templates of answers."""

import pytest

from services.orders.model.commands import (
    AutomaticDispatch,
    ChangeTemplate,
    SetRules,
    WriteTemplate,
)
from services.orders.model.deadlines import Limit
from services.orders.model.rules import Rules, key_of, merged
from services.orders.model.template import Template
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW

ITEM = "itm_haircut"


def rules(site: str | None, item: str | None, **facts: object) -> Rules:
    found = Rules(key_of(site, item), site, item)
    found.set(SetRules.model_validate(facts), NOW)
    return found


def test_the_most_particular_limit_holds_one_by_one() -> None:
    found = [
        rules(
            None, None, limits={"vet": {"hours": 1}, "rate": {"hours": 1}, "serve": {"hours": 1}}
        ),
        rules("XP11", None, limits={"vet": {"hours": 2}, "rate": {"hours": 2}}),
        rules(None, ITEM, limits={"rate": {"hours": 3}}, automatic={"ask": 3}),
        rules("XP11", ITEM, limits={"accept": {"working_days": 4}}),
        rules("XP12", None, limits={"serve": {"hours": 9}}),
    ]

    here = merged(found, "XP11", ITEM)

    assert here.limits == {
        "serve": Limit(hours=1),
        "vet": Limit(hours=2),
        "rate": Limit(hours=3),
        "accept": Limit(working_days=4),
    }
    assert here.automatic == AutomaticDispatch(ask=3)
    assert merged([], "XP11", ITEM).limits == {}


def test_a_template_gives_its_words_to_the_moves_it_is_for() -> None:
    template, _ = Template.write(WriteTemplate(title="区外", text="不在辖区", uses=["reject"]))

    assert template.words_for("reject") == "不在辖区"
    with pytest.raises(Unprocessable):
        template.words_for("return")
    template.change(ChangeTemplate(title="区外", text="请联系区内", uses=["return"]), NOW)
    assert template.words_for("return") == "请联系区内"
    template.retire(NOW)
    with pytest.raises(Unprocessable):
        template.words_for("return")
    with pytest.raises(Conflict):
        template.retire(NOW)
