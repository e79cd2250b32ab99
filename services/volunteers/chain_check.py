"""The check of the ledger: walks chains and the event log, and names what was tampered with.

Either alone can be made to look right by whoever may write to the database. A chain shows what was
changed in it or taken out of it, not that its end is missing; the events of the log, of which
others have copies, say how far it went and which hash each link had.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from pydantic import BaseModel

from services.volunteers.chains import LINK_EVENTS, Chains, StoredLink
from services.volunteers.model import ledger
from services.volunteers.model.ledger import Head
from shared.messaging.event_log import EventLog, Filter, Logged
from shared.service import Service
from shared.storage.mongo import Document

TOLD = Filter(types=LINK_EVENTS)
AT_ONCE = 500  # links or events read at a time
BEYOND = 100  # numbers behind a chain's end that are looked for in the log

MEANINGS = {
    "unreadable": "what is stored is no link any more",
    "number": "a link is missing before this one",
    "hash": "the text of the link is not what its hash is of",
    "content": "the link does not say what its text says, or does not follow the one before it",
    "total": "the link's total is not that of the chain",
    "event": "the log tells of another hash for this link",
    "untold": "the log does not tell of this link",
    "gone": "the log tells of this link, and it is not in the ledger",
}


class Finding(BaseModel):
    """One place that was tampered with."""

    volunteer: str
    number: int
    link: str  # id of the link's document
    flaw: str  # one of: unreadable, number, hash, content, total, event, untold, gone
    meaning: str


class CheckResult(BaseModel):
    """What was walked, and what was found."""

    links: int
    events: int
    findings: list[Finding]
    next: int = 0  # number in the event log to go on after
    head: int = 0  # of the event log


class Checker:
    """Reads only. What is being written at the same time is not taken for tampering."""

    def __init__(self, chains: Chains, log: EventLog) -> None:
        self._chains = chains
        self._log = log

    def volunteer(self, volunteer: str) -> CheckResult:
        """One chain, and the log beyond its end."""
        links = list(self._chains.walk(volunteer))
        findings = list(self._chain(volunteer, links))
        there = {each.number for each in links}
        absent = sorted(set(range(1, max(there, default=0) + BEYOND + 1)) - there)
        gone = self._told([self._chains.link_id(volunteer, each) for each in absent])
        findings += [self._gone(each) for each in gone.values()]
        return CheckResult(links=len(links), events=len(links) + len(gone), findings=findings)

    def log(self, after: int, limit: int) -> CheckResult:
        """The chains' links that a stretch of the log tells of."""
        head = self._log.head()
        entries = self._log.read(after, limit, TOLD)
        links, findings = self._against_ledger(entries)
        return CheckResult(
            links=links,
            events=len(entries),
            findings=findings,
            next=entries[-1].sequence if len(entries) == limit else head,
            head=head,
        )

    def everything(self) -> CheckResult:
        """All chains, then all of the log; in bounded memory, but for a volunteer's own chain."""
        result = CheckResult(links=0, events=0, findings=[])
        for volunteer, links in groupby(self._chains.walk(), lambda each: each.volunteer):
            chain = list(links)
            result.links += len(chain)
            result.findings += self._chain(volunteer, chain)
        after = 0
        while True:
            part = self.log(after, AT_ONCE)
            result.events += part.events
            result.findings += [each for each in part.findings if each.flaw == "gone"]
            if part.next >= part.head:
                return result
            after = part.next

    def _chain(self, volunteer: str, links: Sequence[StoredLink]) -> Iterator[Finding]:
        """Every link against the one before it, and against its event."""
        before = Head()
        for part in _parts(links):
            told = self._told([each.id for each in part if not each.untold])
            for each in part:
                flaw = _flaw(each, before, each.untold or told.get(each.id))
                if flaw:
                    yield _finding(volunteer, each.number, each.id, flaw)
                before = each.link.head if each.link else Head(each.number)

    def _against_ledger(self, entries: Sequence[Logged]) -> tuple[int, list[Finding]]:
        """How many of the links are there, and what is wrong with them as they stand alone."""
        events = {each["subject"]: each["data"] for each in map(_envelope, entries)}
        there = {each.id: each for each in self._chains.by_id(events)}
        findings = []
        for id, event in events.items():
            if not event["number"]:
                continue  # told before there were chains
            if id not in there:
                findings.append(self._gone(event))
                continue
            link = there[id].link
            # Where the link before it ends, the event says.
            before = Head(
                event["number"] - 1,
                event["previous"],
                event["total_minutes"] - event.get("difference", event["minutes"]),
                link.total_points - link.points if link else 0,
            )
            if flaw := _flaw(there[id], before, event):
                findings.append(_finding(event["volunteer"], event["number"], id, flaw))
        return len(there), findings

    def _told(self, ids: Sequence[str]) -> dict[str, Document]:
        """What the log tells of these links."""
        entries = self._log.about(ids, TOLD)
        return {each["subject"]: each["data"] for each in map(_envelope, entries)}

    def _gone(self, event: Document) -> Finding:
        id = self._chains.link_id(event["volunteer"], event["number"])
        return _finding(event["volunteer"], event["number"], id, "gone")


def _flaw(stored: StoredLink, before: Head, event: Document | None) -> str:
    """What is wrong with a link that should follow `before` and was told of by `event`."""
    if stored.link is None:
        return "unreadable"
    if flaw := ledger.flaw(stored.link, before):
        return flaw
    if event is None:
        return "untold"
    return "" if event["hash"] == stored.link.hash else "event"


def _envelope(entry: Logged) -> Document:
    envelope: Document = json.loads(entry.body)
    return envelope


def _parts(links: Iterable[StoredLink]) -> Iterator[list[StoredLink]]:
    rest = iter(links)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _finding(volunteer: str, number: int, link: str, flaw: str) -> Finding:
    return Finding(volunteer=volunteer, number=number, link=link, flaw=flaw, meaning=MEANINGS[flaw])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--volunteer", default="", help="this chain only")


def run(service: Service[Any], chosen: argparse.Namespace) -> None:
    """The operator's command: status 1 where something was found."""
    checker = Checker(service.app.hours.chains, service.kit.log)
    one = chosen.volunteer
    result = checker.volunteer(one) if one else checker.everything()
    for each in result.findings:
        print(f"{each.volunteer}\t{each.number}\t{each.link}\t{each.flaw}\t{each.meaning}")
    print(f"{result.links} links, {result.events} events, {len(result.findings)} findings")
    if result.findings:
        sys.exit(1)
