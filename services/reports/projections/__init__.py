"""What reports hears of all services, folded (PROTOCOL 3). The order matters: `cases` is looked up
by what stands before it."""

from services.reports.projections.cases import Cases
from services.reports.projections.counting import COUNTED, RULES, Counts, counted, day_of, period
from services.reports.projections.evidence import Evidence
from services.reports.projections.milestones import Milestones
from services.reports.projections.people import People, Serving
from services.reports.projections.sums import GROUPS, PLACE, STREET, AllSums, Groups, Sums
from services.reports.projections.titles import Titles
from services.reports.projections.waiting import Waiting

PROJECTIONS = (
    *(AllSums(), People(), Serving(), Evidence(), Titles(), Milestones()),
    *(Waiting(), Cases()),
)

__all__ = [
    "COUNTED",
    "GROUPS",
    "PLACE",
    "PROJECTIONS",
    "RULES",
    "STREET",
    "AllSums",
    "Cases",
    "Counts",
    "Evidence",
    "Groups",
    "Milestones",
    "People",
    "Serving",
    "Sums",
    "Titles",
    "Waiting",
    "counted",
    "day_of",
    "period",
]
