"""The floor F: a bare Flask route that does one majority insert of a document as an order's.

Served by the same gunicorn configuration as a service's `api`. It checks nothing, tells nothing,
logs nothing; its collection has no index but that of `_id`.

Environment: MONGO_URL; FLOOR_DOCUMENT (a file with the BSON of a placed order as it is stored).
"""

import os
from pathlib import Path
from typing import Any

import bson
from flask import Flask, request
from pymongo import MongoClient

PATH = "/floor"


def app() -> Flask:
    """A gunicorn factory: the client is made after the fork."""
    client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGO_URL"], w="majority")
    documents = client["floor"]["documents"]
    order = bson.decode(Path(os.environ["FLOOR_DOCUMENT"]).read_bytes())
    flask = Flask("floor")

    @flask.post(PATH)
    def insert() -> tuple[dict[str, str], int]:
        key = request.headers["Idempotency-Key"]
        documents.insert_one(order | {"_id": key, "item": request.get_json()["item"]})
        return {"id": key}, 201

    return flask
