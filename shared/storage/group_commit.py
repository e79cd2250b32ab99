"""Group commit: inserts that wait at the same time go to MongoDB as one write.

A majority write is mostly waiting, and each costs the driver and the server more than the document
in it. So while one write is under way, what other threads want inserted gathers, and goes with the
next; a thread that is alone waits for nobody. Each gets its own document's result.
"""

import threading
from dataclasses import dataclass, field

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteConcernError, WriteError

from shared.storage.mongo import Document

DUPLICATE_KEY = 11000


@dataclass(eq=False)
class _Insert:
    document: Document
    woken: threading.Lock = field(default_factory=threading.Lock)  # let go: look what is to be done
    leads: bool = False  # its thread is to write all that wait
    error: BaseException | None = None


class GroupCommit:
    """The inserts of one process into one collection."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection
        self._waiting: list[_Insert] = []
        self._led = False  # whether a thread writes, or has been told to
        self._state = threading.Lock()  # of the two above; never held while waiting

    def insert(self, document: Document) -> None:
        """As `insert_one`: returns when the document is stored as the collection's write concern
        says, and raises what `insert_one` would have raised for it."""
        mine = _Insert(document)
        mine.woken.acquire()
        with self._state:
            self._waiting.append(mine)
            mine.leads = not self._led
            self._led = True
        if not mine.leads:
            mine.woken.acquire()  # no longer than the time-outs of the one write that is under way
        if mine.leads:
            self._lead(mine)
        if mine.error:
            raise mine.error

    def _lead(self, mine: _Insert) -> None:
        with self._state:
            inserts, self._waiting = self._waiting, []
        self._write(inserts)
        with self._state:
            if self._waiting:  # one of those goes on, before ours have their answers
                self._waiting[0].leads = True
                self._waiting[0].woken.release()
            else:
                self._led = False
        for each in inserts:
            if each is not mine:
                each.woken.release()

    def _write(self, inserts: list[_Insert]) -> None:
        try:
            self._store(inserts)
        except BaseException as error:  # also of a thread that is made to end: all hear of it
            for each in inserts:
                each.error = error

    def _store(self, inserts: list[_Insert]) -> None:
        if len(inserts) == 1:
            self._collection.insert_one(inserts[0].document)
            return
        try:
            self._collection.insert_many([each.document for each in inserts], ordered=False)
        except BulkWriteError as error:
            for unsure in error.details["writeConcernErrors"][:1]:
                for each in inserts:
                    each.error = WriteConcernError(unsure["errmsg"], unsure["code"], unsure)
            for failed in error.details["writeErrors"]:
                inserts[failed["index"]].error = _as_of_one(failed)


def _as_of_one(failed: Document) -> WriteError:
    kind = DuplicateKeyError if failed["code"] == DUPLICATE_KEY else WriteError
    return kind(failed["errmsg"], failed["code"], failed)
