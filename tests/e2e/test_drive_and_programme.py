"""专项行动 with photographs by site; 培训课程 from enrolment to completion, over HTTP."""

from typing import Any

from tests.campaigns import open_drive, open_programme
from tests.system import Answer, Document, System, photograph, upload


def told(system: System, of: str, id: str) -> list[Document]:
    return [each for each in system.feed("events") if each["data"].get(of) == id]


def test_a_drive_is_reported_by_the_sites_that_its_tasks_name(system: System) -> None:
    id = open_drive(system)
    path = f"/v1/drives/{id}"
    first, _, elsewhere = system.read("events", path)["tasks"]
    before, after = (upload(system, "events", "drive", photograph()).ok().id for _ in range(2))

    def report(task: str, **facts: Any) -> Answer:
        body = {"task": task} | facts
        return system.call("events", "POST", f"{path}/reports", body, client="station")

    shown: Document = {"before": [before], "after": [after]}
    assert report(elsewhere).status == 403  # the station acts for XP11 alone
    assert report(first, done=True).fields.keys() == {"after"}
    assert report(first, before=["fil_nowhere11"]).fields.keys() == {"before.0"}
    assert report(first, found=4, mended=4, helpers=6, done=True, **shown).ok().json["part"]
    system.post("events", f"{path}/close", {"summary": "已完成"})

    assert system.read("events", path)["results"] == [
        {"site": "XP11", "tasks": 2, "done": 1, "found": 4, "mended": 4, "helpers": 6},
        {"site": "XP12", "tasks": 1, "done": 0, "found": 0, "mended": 0, "helpers": 0},
    ]
    system.settle()
    types = [each["type"].split(".")[3] for each in told(system, "drive", id)]
    assert types == ["opened", "reported", "closed"]


def test_a_programme_is_completed_by_who_attended_enough(system: System) -> None:
    id = open_programme(system)
    path = f"/v1/programmes/{id}"

    def enrol(number: int) -> str:
        body = {"resident": f"R-{system.prefix}-{id[-8:]}-{number}"}
        answer = system.post("events", f"{path}/enrolments", body, client="station")
        return str(answer.json["part"])

    one, two, three = (enrol(number) for number in range(3))
    system.post("events", f"{path}/enrolments/{one}/cancel")
    enrolments = system.read("events", path)["enrolments"]
    assert [enrolments[each]["status"] for each in (one, two, three)] == [
        *("cancelled", "confirmed", "waitlisted")
    ]
    later = {"session": 2, "starts_at": system.at(days=3), "ends_at": system.at(days=3, hours=1)}
    assert system.call("events", "POST", f"{path}/move", later | {"session": 1}).status == 422
    system.post("events", f"{path}/move", later)
    for number, session in enumerate(system.read("events", path)["sessions"], 1):
        system.move_clock_to(session["starts_at"])
        system.post("events", f"{path}/enrolments/{two}/attend", {"session": number})
        system.post("events", f"{path}/hold", {"session": number})
    system.post("events", f"{path}/complete")

    system.settle()
    completed = told(system, "programme", id)[-1]
    assert completed["type"] == "shijian.events.programme.completed.v1"
    facts = completed["data"]
    counts = [facts[each] for each in ("sessions", "attendances", "people", "completions")]
    assert counts == [2, 2, 1, 1]
