"""How it was, by somebody who came: once for each registration."""

from dataclasses import dataclass
from datetime import datetime

from services.events.model.activity import Activity
from services.events.model.commands import GiveFeedback
from shared.contracts.base import Event
from shared.contracts.events import FeedbackGiven
from shared.errors import Conflict, Text


@dataclass
class Feedback:
    """Stars are told; the words stay here."""

    activity: str
    site: str
    registration: str
    stars: int
    text: str | None
    status: str = "given"

    @classmethod
    def give(
        cls, activity: Activity, registration: str, command: GiveFeedback, now: datetime
    ) -> tuple["Feedback", list[Event]]:
        """Only who came may say. Raises NotFound, Conflict."""
        if not activity.registration(registration).visits:
            raise Conflict(Text("They have not come.", "未签到,不能评价。"), extra={"allowed": []})
        given = cls(activity.id, activity.site, registration, command.stars, command.text)
        return given, [activity.tell(FeedbackGiven, registration=registration, stars=given.stars)]
