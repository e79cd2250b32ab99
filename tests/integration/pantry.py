"""A service that reacts to jars, and reactions of it with their controls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.clock import SystemClock
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.reactions import Heard, Reaction, Reactions
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.ids import random_id
from shared.storage.mongo import Db, Document
from tests.integration.rig import Jar, JarFilled


class Pantry:
    """The service that reacts: it makes a label for each number, and notes it in a book."""

    def __init__(self, database: Db) -> None:
        self.database = database
        self.labels = Aggregates(database, "labels", Jar, SystemClock())
        self.books = Aggregates(database, "books", Jar, SystemClock())
        self.broken = False

    def reactions(self, reaction: Reaction, kind: type[Reactions] = Reactions) -> Reactions:
        """A process's own; the next one begins anew."""
        return kind(self, {JarFilled: reaction}, self.letters)

    @property
    def letters(self) -> DeadLetters:
        return DeadLetters(self.database, "reactions")

    def labelled(self) -> list[int]:
        rows = self.database["labels"].find({}, {"state.numbers": 1})
        return sorted(row["state"]["numbers"][0] for row in rows)

    def noted(self) -> list[int]:
        row = self.database["books"].find_one({}) or {"state": {"numbers": []}}
        return list(row["state"]["numbers"])

    def make_due(self, after: timedelta) -> None:
        """As if so much time had passed."""
        rows = self.database["dead_letters"]
        for row in rows.find({"due": {"$ne": None}}):
            rows.update_one({"_id": row["_id"]}, {"$set": {"due": row["due"] - after}})

    def kept(self) -> list[Document]:
        return list(self.database["dead_letters"].find().sort("at", 1))


def label(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
    _label(pantry, event, heard, heard.id("lab"))


def label_at_random(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
    """Control: the id of what it makes does not follow from the event."""
    _label(pantry, event, heard, random_id("lab"))


def _label(pantry: Pantry, event: JarFilled, heard: Heard, id: str) -> None:
    def build(now: datetime) -> tuple[Jar, Sequence[Any]]:
        return Jar(numbers=[event.number]), []

    if pantry.broken:
        raise RuntimeError("the label printer is broken")
    pantry.labels.make(id, heard.origin("label"), build)


def note(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
    _note(pantry, event, heard.origin("note"))


def note_without_key(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
    """Control: the command does not say which event it follows from."""
    _note(pantry, event, Origin(client="reactions", command="note"))


def _note(pantry: Pantry, event: JarFilled, origin: Origin) -> None:
    pantry.books.change(
        "bok_one", origin, lambda book, _: book.fill("bok_one", event.number), initial=Jar
    )
