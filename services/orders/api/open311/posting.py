"""`POST requests`: a snapshot, or an order of a menu item, by the same rules as over `/v1`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from services.orders.api.open311.parameters import NewRequest, refused
from services.orders.api.open311.places import site_for
from services.orders.api.open311.services import (
    HANDS,
    STARTS_AT,
    answers_to,
    kind_of,
    unknown_service,
)
from services.orders.model.commands.order import PlaceOrder
from services.orders.model.commands.snapshot import TakeSnapshot
from services.orders.model.snapshot import Snapshot
from services.orders.store import Store
from shared.contracts.base import Command, Event
from shared.errors import FieldProblem, ShijianError
from shared.storage.aggregates import Origin, Receipt
from shared.storage.ids import derived_id, random_id
from shared.web.clients import Client
from shared.web.problems import from_validation

C = TypeVar("C", bound=Command)
CALLED = {
    "resident": "account_id",
    "site": "address_id",
    "text": "description",
    "note": "description",
    "place": "address_string",
    "photographs": "media_url",
    "starts_at": f"attribute[{STARTS_AT}]",
    "hands": f"attribute[{HANDS}]",
    "item": "service_code",
}
"""What the standard calls the fields of our commands."""


@dataclass(frozen=True)
class Posting:
    """One POST: who sends it, and what makes it happen once."""

    store: Store
    client: Client
    idempotency_key: str  # empty where none was sent
    person: str
    request_id: str

    def post(self, asked: NewRequest) -> str:
        """Id of what it made. Raises Forbidden for a missing scope or site."""
        kind = kind_of(asked.service_code)
        self.client.require_scope("snapshots:take" if kind else "orders:place")
        site = site_for(asked, self.store.sites.all())
        self.client.require_site(site)
        id = self._id("snp" if kind else "ord")
        facts = {
            "site": site,
            "resident": asked.account_id or f"open311-{id.partition('_')[2]}",
        }
        if kind:
            return self._take(id, asked, facts | {"kind": kind}).id
        return self._place(id, asked, facts).id

    def _take(self, id: str, asked: NewRequest, facts: dict[str, Any]) -> Receipt:
        if asked.position:
            latitude, longitude = asked.position
            facts["position"] = {"latitude": latitude, "longitude": longitude}
        command = _command(
            TakeSnapshot,
            facts
            | {
                "text": asked.description,
                "place": asked.address,
                "photographs": [asked.media_url] if asked.media_url else [],
            },
        )

        def build(now: datetime) -> tuple[Snapshot, list[Event]]:
            self.store.sites.require_open(command.site, "address_id")
            return Snapshot.take(id, command, self.client.id, now)

        return self.store.snapshots.make(id, self._origin(command), build)

    def _place(self, id: str, asked: NewRequest, facts: dict[str, Any]) -> Receipt:
        item = self.store.find_menu_item(asked.service_code)
        if item is None:
            raise unknown_service(asked.service_code)
        starts_at = asked.attributes.get(STARTS_AT, [])
        if len(starts_at) != 1:
            raise refused(f"attribute[{STARTS_AT}]", "is required, once", "必填,且仅一项")
        hands = asked.attributes.get(HANDS, [""])[0].strip()
        if hands and not hands.isdigit():
            raise refused(f"attribute[{HANDS}]", "should be a whole number", "应为整数")
        command = _command(
            PlaceOrder,
            facts
            | {
                "item": asked.service_code,
                "starts_at": starts_at[0],
                "hands": int(hands) if hands else None,
                "note": asked.description,
                "answers": answers_to(item, asked.attributes),
            },
        )
        return self.store.place_order(id, command, self.client.id, self._origin(command))

    def _id(self, prefix: str) -> str:
        if not self.idempotency_key:
            return random_id(prefix)
        return derived_id(prefix, self.client.id, "open311", self.idempotency_key)

    def _origin(self, command: Command) -> Origin:
        key = ""
        if self.idempotency_key:
            parts = "\0".join((self.client.id, "open311", self.idempotency_key))
            key = hashlib.sha256(parts.encode()).hexdigest()[:32]
        fingerprint = hashlib.sha256(command.model_dump_json().encode()).hexdigest()[:32]
        return Origin(
            client=self.client.id,
            command="open311.post-request",
            person=self.person,
            proved=bool(self.client.person),
            key=key,
            fingerprint=fingerprint,
            correlation=self.request_id,
        )


def _command(kind: type[C], facts: Mapping[str, Any]) -> C:
    """Raises InvalidInput, in our names of the fields."""
    try:
        return kind.model_validate({key: each for key, each in facts.items() if each is not None})
    except ValidationError as error:
        raise from_validation(error) from None


def named(error: ShijianError) -> ShijianError:
    """The same refusal, in the standard's names of the fields."""
    error.fields = tuple(
        FieldProblem(field=_called(each.field), text=each.text) for each in error.fields
    )
    return error


def _called(field: str) -> str:
    first, _, rest = field.partition(".")
    if first == "answers" and rest:
        return f"attribute[{rest.partition('.')[0]}]"
    return CALLED.get(first, field)
