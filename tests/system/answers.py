"""What a service answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def id(self) -> str:
        """Of what a command made or changed."""
        return str(self.json["id"])

    @property
    def kind(self) -> str:
        """Last part of a problem's stable `type`."""
        return str(self.json["type"]).removeprefix("urn:shijian:problem:")

    @property
    def fields(self) -> dict[str, str]:
        """Message of each field that a problem names."""
        return {each["field"]: each["message"] for each in self.json.get("errors", [])}

    def ok(self) -> "Answer":
        """Itself, where it is no problem."""
        assert self.status < 400, f"{self.status}: {self.data.decode(errors='replace')[:1000]}"
        return self


def next_link(answer: Answer) -> str:
    """Path of the `Link` to the next page; empty on the last one."""
    link = answer.headers.get("Link", "")
    return link[1 : link.index(">")] if 'rel="next"' in link else ""
