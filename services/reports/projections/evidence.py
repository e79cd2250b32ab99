"""What is behind each number: a document for each event that was counted, found by what it counts.

The counts of the documents of a period and site add up to its sums, measure by measure.
"""

from typing import Any

from services.reports.projections.counting import RULES, day_of, groups_of, site_of
from services.reports.projections.sums import GROUPS, Counting
from shared.messaging.envelope import SEQUENCE_DIGITS, Envelope
from shared.storage.mongo import Document

FACTS = ("theme", *GROUPS)


class Evidence(Counting):
    """One document for each event: its place in its source's feed, its day, and what it counts."""

    name = "evidence"
    revisited = False
    indexes = ((("measures", 1), ("day", 1), ("site", 1), ("_id", 1)),)

    def begins(self, event: Any) -> bool:
        return True

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [f"{envelope.source}:{envelope.sequence:0{SEQUENCE_DIGITS}d}"]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        counts, rule = self.counts(event, envelope), RULES[type(event)]
        document |= {
            "type": envelope.type,
            "subject": envelope.subject,
            "time": envelope.time,
            "day": day_of(event, envelope).isoformat(),
            "site": site_of(event),
            "counts": dict(sorted(counts.items())),
            "measures": [
                *sorted(counts),
                *(["people"] if rule.resident else []),
                *(["volunteers"] if rule.volunteer else []),
            ],
        }
        document |= groups_of(event, FACTS)
        document["modes"] = [str(mode) for mode in vars(event).get("modes", ())]
