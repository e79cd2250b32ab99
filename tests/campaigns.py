"""Campaigns of a running system, from the nominations to the decision; drives and programmes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.system import Answer, Document, System, photograph, upload

SOON_SECONDS = 20.0


@dataclass
class Selection:
    """A campaign of a system, with its candidates by name."""

    system: System
    id: str
    nominees: list[str]

    @property
    def path(self) -> str:
        return f"/v1/campaigns/{self.id}"

    @property
    def voters(self) -> str:
        """What the numbers of its voters begin with."""
        return f"R-{self.id.removeprefix('cmp_')}"

    def read(self) -> Document:
        found: Document = self.system.read("events", self.path)
        return found

    def wait_for(self, *statuses: str, seconds: float = SOON_SECONDS) -> Document:
        """The campaign, once it has one of these."""
        system = self.system
        system.wait_until(lambda: self.read()["status"] in statuses, seconds, self.read)
        return self.read()

    def open_round(self) -> None:
        """Time goes on to the opening of the next round."""
        found = self.read()
        self.system.move_clock_to(found["rounds"][found["current"]]["opens_at"])
        self.wait_for("voting")

    def close_round(self) -> Document:
        """Time goes on to the close of the round; the campaign, once it is counted."""
        found = self.read()
        self.system.move_clock_to(found["rounds"][found["current"]]["closes_at"])
        return self.wait_for("announced", "result-announced", "failed")

    def vote(self, voter: str, *choices: str, **options: Any) -> Answer:
        """投票. It may be refused."""
        body = {"voter": voter, "site": options.pop("site", "XP11"), "choices": list(choices)}
        return self.system.call("events", "POST", f"{self.path}/votes", body, **options)

    def turnout(self) -> int:
        return int(self.system.read("events", f"{self.path}/turnout")["voices"])

    def sheets(self, round: int = 1) -> list[Document]:
        """The published ballot list of a round."""
        parts = self.system.pages("events", f"{self.path}/ballots")
        return [sheet for part in parts if part["round"] == round for sheet in part["sheets"]]


def campaign_body(system: System, **facts: Any) -> Document:
    """What opens a campaign: an hour for nominations, a day of notice, a round of a day."""
    rounds = facts.pop("rounds", [{}])
    usual = {"kind": "public", "places": 1}
    times = [
        {"opens_at": system.at(days=2 + 2 * n), "closes_at": system.at(days=3 + 2 * n)}
        for n in range(len(rounds))
    ]
    return {
        "site": "XP00",
        "category": "civilized-family",
        "title": "文明家庭推选",
        "year": system.now().year,
        "rules": {
            "nominators": ["community"],
            "nominations_close_at": system.at(hours=1),
            "notice_days": 1,
            "result_notice_days": 1,
            "rounds": [usual | t | each for t, each in zip(times, rounds, strict=True)],
        }
        | facts,
    }


def nominate(system: System, campaign: str, site: str = "XP11", **facts: Any) -> Answer:
    """推荐 of a household with a name of its own. It may be refused."""
    evidence = upload(system, "events", "nomination", photograph(), site).ok().id
    body = {
        "campaign": campaign,
        "site": site,
        "nominee": f"H-{system.prefix}-{next(system.names)}",
        "nominator": "community",
        "display": "王**家庭",
        "story": "邻里和睦,乐于助人。",
        "evidence": [evidence],
        "consent": {"given": True, "at": system.at(), "by": "R-000001"},
    }
    return system.call("events", "POST", "/v1/nominations", body | facts)


def announced(system: System, sites: Sequence[str] = ("XP11", "XP12"), **rules: Any) -> Selection:
    """A campaign with an announced candidate of each site named."""
    id = system.post("events", "/v1/campaigns", campaign_body(system, **rules)).id
    nominees = [nominate(system, id, site).ok().id for site in sites]
    for nominee in nominees:
        system.post("events", f"/v1/nominations/{nominee}/accept")
    selection = Selection(system, id, nominees)
    system.move_clock_to(selection.read()["rules"]["nominations_close_at"])
    selection.wait_for("reviewing")
    system.post("events", f"{selection.path}/announce")
    return selection


def voting(system: System, sites: Sequence[str] = ("XP11", "XP12"), **rules: Any) -> Selection:
    """A campaign whose first round is open."""
    selection = announced(system, sites, **rules)
    selection.open_round()
    return selection


def raise_objection(selection: Selection, nominee: str) -> str:
    """异议 while a notice runs: its id."""
    body = {
        "campaign": selection.id,
        "nominee": nominee,
        "ground": "facts",
        "text": "与事实不符",
        "by": "R-000007",
    }
    return selection.system.post("events", "/v1/objections", body).id


def honour_of(selection: Selection) -> str:
    """The round is voted for the first nominee, counted, and decided: id of the honour."""
    system = selection.system
    for number in range(3):
        selection.vote(f"{selection.voters}-{number}", selection.nominees[0]).ok()
    system.move_clock_to(selection.close_round()["notice_ends_at"])
    system.post("events", f"{selection.path}/decide")

    def listed() -> list[str]:
        found = system.pages("events", "/v1/honours")
        return [each["id"] for each in found if each["campaign"] == selection.id]

    system.wait_until(listed)
    return listed()[0]


# ---- drives and programmes ----


def open_drive(system: System, **facts: Any) -> str:
    """A drive that has begun, with two tasks at XP11 and one at XP12: its id."""
    usual = {
        "site": "XP00",
        "kind": "tidiness",
        "title": "楼道乱堆乱放整治",
        "starts_at": system.at(hours=-1),
        "ends_at": system.at(days=7),
        "tasks": [{"site": site, "title": "一号楼"} for site in ("XP11", "XP11", "XP12")],
    }
    return system.post("events", "/v1/drives", usual | facts).id


def open_programme(system: System, **facts: Any) -> str:
    """A programme of two sessions with one place, tomorrow and the day after: its id."""
    usual = {
        "site": "XP11",
        "title": "新市民课堂",
        "audience": "newcomers",
        "theme": "civility",
        "sessions": [
            {
                "title": f"第{day}课",
                "starts_at": system.at(days=day),
                "ends_at": system.at(days=day, hours=1),
            }
            for day in (1, 2)
        ],
        "capacity": 1,
        "completes_with": 2,
    }
    return system.post("events", "/v1/programmes", usual | facts).id
