"""What an activity came to: 场次, 人次 and 人数, each counted for itself."""

from pydantic import BaseModel

from services.events.model.activity import Activity
from services.events.model.registration import SEATED, RegistrationStatus
from services.events.model.session import SessionStatus


class Counts(BaseModel):
    """An attendance (人次) is never a person (人数): who comes to three sessions is one person."""

    sessions: int  # 场次 held
    attendances: int  # 人次
    people: int  # 人数: different residents and companions, known by a number
    unknown: int  # of the attendances, by people who are known by none
    registered: int  # people with seats
    absent: int  # of the registrations with seats, those who came to nothing
    waiting: int  # people still in the list


def counts(activity: Activity) -> Counts:
    """As things stand now."""
    visits = [
        (held, visit) for held in activity.registrations.values() for visit in held.visits.values()
    ]
    people = {held.resident.casefold() for held, _ in visits}
    for held, visit in visits:
        people.update(map(str.casefold, held.companions[: visit.people - 1]))
    seated = [held for held in activity.registrations.values() if held.status in SEATED]
    unknown = sum(each.unknown for each in activity.sessions)
    attendances = unknown + sum(visit.people for _, visit in visits)
    known = sum(1 + min(len(held.companions), visit.people - 1) for held, visit in visits)
    return Counts(
        sessions=sum(each.status is SessionStatus.HELD for each in activity.sessions),
        attendances=attendances,
        people=len(people),
        unknown=attendances - known,
        registered=sum(held.people for held in seated),
        absent=sum(held.status is not RegistrationStatus.ATTENDED for held in seated),
        waiting=sum(activity.registrations[id].people for id in activity.waiting),
    )
