"""The envelope: CloudEvents 1.0, structured JSON (PROTOCOL 7)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from shared.contracts.base import PREFIX, Event

CONTENT_TYPE = "application/cloudevents+json"
SEQUENCE_DIGITS = 16
REQUIRED = ("id", "source", "type", "subject", "time", "sequence", "epoch")
OPTIONAL = ("correlationid", "traceparent")


class Undecodable(Exception):
    """What came is not an envelope of ours, or its data does not fit its contract."""


@dataclass(frozen=True)
class Envelope:
    """One event as it was told, with where it stands in its source's log."""

    id: str
    source: str  # name of the publishing service: "orders"
    type: str  # "shijian.orders.order.placed.v1"
    subject: str  # id of the aggregate
    time: datetime  # business time of the command
    sequence: int  # place in the source's log, from 1, without gaps
    epoch: str  # of the log; another epoch is another history
    correlation: str
    traceparent: str
    data: dict[str, Any]
    raw: dict[str, Any]  # all of it, as it came

    def event(self) -> Event | None:
        """The typed event; None for a type that no contract here knows.

        Raises Undecodable where the data does not fit the contract.
        """
        contract = Event.known.get(self.type)
        if contract is None:
            return None
        try:
            event: Event = contract.model_validate(self.data)
            return event
        except ValidationError as error:
            where = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False)]
            raise Undecodable(f"data does not fit {self.type}: {', '.join(where)}") from None


def unversioned(type: str) -> str:
    """`shijian.orders.order.placed` of `shijian.orders.order.placed.v1`."""
    return type.rsplit(".v", 1)[0]


def encode(told: dict[str, Any], source: str, sequence: int, epoch: str) -> str:
    """The JSON of an outbox entry that has got its place in the log."""
    attributes = {
        "specversion": "1.0",
        "id": told["id"],
        "source": f"/{PREFIX}/{source}",
        "type": told["type"],
        "subject": told["subject"],
        "time": told["time"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:{PREFIX}:schema:{told['type']}",
        "sequence": f"{sequence:0{SEQUENCE_DIGITS}d}",
        "epoch": epoch,
        "partitionkey": told["subject"],
    }
    optional = {
        "site": told["site"],
        "correlationid": told["correlation"],
        "causationid": told["causation"],
        "traceparent": told["traceparent"],
    }
    attributes |= {name: value for name, value in optional.items() if value}
    attributes["data"] = told["data"]
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))


def decode(body: str | bytes) -> Envelope:
    """Read a message. Raises Undecodable with the reason."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not JSON: {error}"[:200]) from None
    return from_attributes(raw)


def from_attributes(raw: Any) -> Envelope:
    """Read an envelope that is parsed already. Raises Undecodable with the reason."""
    if not isinstance(raw, dict) or raw.get("specversion") != "1.0":
        raise Undecodable("specversion is not 1.0: not a CloudEvent")
    if not isinstance(raw.get("data"), dict):
        raise Undecodable("data is not an object")
    missing = [name for name in REQUIRED if not isinstance(raw.get(name), str)]
    wrong = [name for name in OPTIONAL if not isinstance(raw.get(name, ""), str)]
    if missing or wrong:
        raise Undecodable(f"not text: {', '.join(missing + wrong)}")
    try:
        time, sequence = datetime.fromisoformat(raw["time"]), int(raw["sequence"])
    except ValueError as error:
        raise Undecodable(str(error)[:200]) from None
    if time.tzinfo is None:
        raise Undecodable("time has no zone")
    return Envelope(
        id=raw["id"],
        source=raw["source"].removeprefix(f"/{PREFIX}/"),
        type=raw["type"],
        subject=raw["subject"],
        time=time,
        sequence=sequence,
        epoch=raw["epoch"],
        correlation=raw.get("correlationid", ""),
        traceparent=raw.get("traceparent", ""),
        data=raw["data"],
        raw=raw,
    )


def routing_key(type: str, site: str | None) -> str:
    """`orders.order.placed.XP11`: name, then the site's code or `-`."""
    name = unversioned(type).removeprefix(f"{PREFIX}.")
    return f"{name}.{site or '-'}"
