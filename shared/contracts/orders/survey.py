"""What is told of a survey of needs (需求征集)."""

from shared.contracts.base import Event, Id, Moment, PersonRef, SiteCode, SiteEvent


class SurveyOpened(Event, name="orders.survey.opened", version=1):
    """Residents are asked what they need."""

    survey: Id
    sites: list[SiteCode]
    options: list[str]
    closes_at: Moment


class SurveyLinked(Event, name="orders.survey.linked", version=1):
    """These menu items meet what an option asks for."""

    survey: Id
    option: str
    items: list[Id]


class SurveyClosed(Event, name="orders.survey.closed", version=1):
    """Nobody is asked any more."""

    survey: Id


class SurveyAnswered(SiteEvent, name="orders.survey.answered", version=1):
    """Somebody has said what is needed, or a meeting has, with so many voices."""

    survey: Id
    answer: Id
    resident: PersonRef | None
    voices: int
    wants: list[str]
