"""The floor F: a bare Flask route that does one majority insert of a document like an order's.

Served by the same gunicorn configuration as a service's `api`. It checks nothing, tells nothing,
logs nothing; its collection has no index but that of `_id`.
"""

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, request
from pymongo import MongoClient

PATH = "/floor"


def app() -> Flask:
    """A gunicorn factory: the client is made after the fork."""
    client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGO_URL"], w="majority")
    documents = client["floor"]["documents"]
    flask = Flask("floor")

    @flask.post(PATH)
    def insert() -> tuple[dict[str, str], int]:
        key = request.headers["Idempotency-Key"]
        documents.insert_one(_like_an_order(key, request.get_json()))
        return {"id": key}, 201

    return flask


def _like_an_order(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Fields and size of what `POST /v1/orders` stores: state, audit entry, event to tell."""
    now = datetime.now(UTC)
    facts = {
        "site": body["site"],
        "item": body["item"],
        "theme": "civility",
        "modes": ["help"],
        "resident": body["resident"],
        "hands": 1,
        "starts_at": body["starts_at"],
        "ends_at": body["starts_at"],
    }
    empty: dict[str, Any] = {
        "asked": [],
        "declined": [],
        "acceptances": {},
        "earlier": {},
        "overdue": [],
        "stars": None,
        "rated_on_behalf": None,
        "rated_automatically": False,
        "times_reopened": 0,
        "reason": None,
    }
    entry = {
        "client": "office",
        "command": "api.place_order",
        "person": "",
        "key": "0" * 32,
        "fingerprint": "0" * 32,
        "correlation": "0" * 32,
        "causation": "",
        "traceparent": "",
        "version": 1,
        "status": "placed",
        "at": now,
    }
    told = {
        "id": "0" * 32,
        "at": now,
        "type": "shijian.orders.order.placed.v1",
        "subject": key,
        "site": body["site"],
        "time": now,
        "data": facts | {"order": key, "on_behalf": False},
        "correlation": "0" * 32,
        "causation": "",
        "traceparent": "",
    }
    state = facts | empty
    state |= {"id": key, "status": "placed", "item_title": "0" * 12, "on_behalf": None}
    state |= {"placed_by": "office", "stage_since": now}
    return {
        "_id": key,
        "version": 1,
        "made": now,
        "state": state,
        "audit": [entry],
        "outbox": [told],
        "due": now,
    }
