"""The categories of the plan's selections (plan, 三.3 to 三.5, 四(二)), as data."""

from enum import StrEnum
from typing import NamedTuple

from shared.contracts.events import Category
from shared.contracts.vocabulary import Theme
from shared.errors import Text


class NomineeKind(StrEnum):
    """What is honoured."""

    PERSON = "person"
    HOUSEHOLD = "household"


class CategoryFacts(NamedTuple):
    """What is known of a category."""

    label: Text
    kind: NomineeKind
    theme: Theme


CATEGORIES: dict[Category, CategoryFacts] = {
    Category.CIVILIZED_FAMILY: CategoryFacts(
        Text("Civilized family", "文明家庭"), NomineeKind.HOUSEHOLD, Theme.CIVILITY
    ),
    Category.CIVILIZED_HOUSEHOLD: CategoryFacts(
        Text("Civilized household", "文明户"), NomineeKind.HOUSEHOLD, Theme.CIVILITY
    ),
    Category.MOST_BEAUTIFUL_FAMILY: CategoryFacts(
        Text("Most beautiful family", "最美家庭"), NomineeKind.HOUSEHOLD, Theme.CIVILITY
    ),
    Category.GOOD_FAMILY: CategoryFacts(
        Text("Good family", "好家庭"), NomineeKind.HOUSEHOLD, Theme.MORALITY
    ),
    Category.FAMILY_VALUES: CategoryFacts(
        Text("Family tradition and precepts", "好家风好家训"), NomineeKind.HOUSEHOLD, Theme.MORALITY
    ),
    Category.GOOD_CITIZEN: CategoryFacts(
        Text("Good citizen of Xinpu", "新浦好市民"), NomineeKind.PERSON, Theme.MORALITY
    ),
    Category.BEAUTIFUL_RESIDENT: CategoryFacts(
        Text("Beautiful people of Xinpu", "美丽新浦人、最美新浦人"),
        NomineeKind.PERSON,
        Theme.CIVILITY,
    ),
    Category.MORAL_MODEL: CategoryFacts(
        Text("Moral model", "道德模范"), NomineeKind.PERSON, Theme.MORALITY
    ),
    Category.LEI_FENG_MODEL: CategoryFacts(
        Text("Model of learning from Lei Feng at work", "岗位学雷锋标兵"),
        NomineeKind.PERSON,
        Theme.MORALITY,
    ),
    Category.DEMONSTRATION_HOUSEHOLD: CategoryFacts(
        Text("Demonstration household of civilization practice", "新时代文明实践示范户"),
        NomineeKind.HOUSEHOLD,
        Theme.CIVILITY,
    ),
    Category.OTHER: CategoryFacts(
        Text("Another selection", "其他推选"), NomineeKind.PERSON, Theme.MORALITY
    ),
}
