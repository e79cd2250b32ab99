"""What can be asked of the rules of reporting (报送制度)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command
from shared.contracts.vocabulary import Department, SiteLevel

Days = Annotated[int, Field(ge=0, le=60, description="Working days")]
Hour = Annotated[int, Field(ge=0, le=23, description="Of the day, in Asia/Shanghai")]


class SetReportingRules(Command):
    """The whole of the rules anew. They hold for periods that close from now on."""

    owed_by: Annotated[
        list[SiteLevel], Field(max_length=4, description="Whose sites owe a monthly report")
    ] = [SiteLevel.STATION]
    due_days: Annotated[Days, Field(ge=1, description="Working days from the month's end")] = 5
    due_hour: Hour = 18
    remind_days: Annotated[Days, Field(description="Working days before; 0: no reminder")] = 2
    urge_days: Annotated[Days, Field(ge=1, description="Between urgings once overdue")] = 1
    most_urges: Annotated[int, Field(ge=0, le=30, description="By the clock, once overdue")] = 5
    again_days: Annotated[Days, Field(ge=1, description="To hand in again")] = 2
    publish_month: Annotated[
        Days | None, Field(description="Working days from the month's end; null: not by the clock")
    ] = 7
    publish_quarter: Annotated[Days | None, Field(description="From the quarter's end")] = 10
    publish_year: Annotated[Days | None, Field(description="From the year's end")] = 15
    publish_hour: Hour = 8
    publish_sites: Annotated[bool, Field(description="One for each site, beside the street's")] = (
        True
    )
    publish_departments: Annotated[list[Department], Field(max_length=len(Department))] = []
