"""The construction of a site in a running system."""

from tests.system import System, photograph, upload

BUILDER, OFFICE = {"X-Person": "wang-1"}, {"X-Person": "li-2"}
PATH = "/v1/constructions"


def lay_out(system: System, site: str = "XP11", **facts: object) -> str:
    """By the street's plan, begun this month: the id."""
    month = system.at(hours=8)[:7]
    body = {"site": site, "plan": "xinpu-2020", "begins": month} | facts
    body = {name: value for name, value in body.items() if value is not None}
    return system.post("reports", PATH, body).id


def reach(system: System, id: str, site: str, milestone: str, files: int = 1) -> list[str]:
    """A milestone, by photographs: their ids."""
    path = f"{PATH}/{id}/milestones/{milestone}"
    shown = []
    for number in range(files):
        file = upload(system, "reports", "construction", photograph(), site).ok().id
        body = {"file": file, "title": f"{milestone}照片{number}", "consent": True}
        system.post("reports", f"{path}/evidence", body, headers=BUILDER)
        shown.append(file)
    system.post("reports", f"{path}/reach")
    return shown


def reach_all(system: System, id: str, site: str) -> None:
    """All that acceptance needs."""
    for code, each in system.read("reports", f"{PATH}/{id}")["milestones"].items():
        if each["needed"]:
            reach(system, id, site, code, each["wanted"])


def apply(system: System, id: str, level: str = "district") -> str:
    """For acceptance: the id of the application."""
    path = f"{PATH}/{id}/acceptances"
    answer = system.post("reports", path, {"level": level}, headers=BUILDER)
    return str(answer.json["part"])


def findings(system: System, id: str, *unmet: str) -> list[dict[str, object]]:
    """For every line of the checklist."""
    checklist = system.read("reports", f"{PATH}/{id}")["checklist"]
    return [{"item": each, "met": each not in unmet} for each in checklist]
