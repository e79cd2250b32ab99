"""Personal data at rest: sealed by MongoDB's client-side field level encryption, opened by name.

    sealed = vault.seal("王小明")                  # another text each time
    found_by = vault.seal_to_find("13800000000")   # always the same text: an index finds it
    read = vault.reader(Reading(...))              # first the audit, then the clear text
    name = read(sealed)

Two data keys in the collection `data_keys` do it, wrapped by the newest master key: `kept` for what
is only kept, `found` for what must be found again by its exact value. The audit of readings says
who read what of whom and what for, and holds nothing of what was read.
"""

import base64
import binascii
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bson.binary import Binary
from bson.codec_options import CodecOptions
from pymongo.errors import DuplicateKeyError, EncryptionError, PyMongoError

from shared.clock import Clock
from shared.errors import Text, Unavailable
from shared.storage.aggregates import Origin
from shared.storage.master_keys import BadMasterKeys, MasterKeys
from shared.storage.mongo import Db, Document, Index

log = logging.getLogger(__name__)

T = TypeVar("T")

RANDOM = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"
DETERMINISTIC = "AEAD_AES_256_CBC_HMAC_SHA_512-Deterministic"
KEPT, FOUND = "kept", "found"
SEALED_SUBTYPE = 6  # of BSON binary: an encrypted value
LOOK_SECONDS = 1.0  # how often the file of master keys is looked at

INDEXES = [
    Index("data_keys", [("keyAltNames", 1)], unique=True, where={"keyAltNames": {"$exists": True}}),
    Index("readings", [("subject", 1), ("at", 1)]),
]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An entry of the audit of clear personal data. Codes and ids only, never what was read."""

    client: str  # id of the client
    person: str  # who reads in the client's system: an opaque reference
    operation: str  # "people.read"
    subject: str  # id of the aggregate, or what a list of them was chosen by
    fields: tuple[str, ...]  # names of what is opened
    purpose: str  # a code: "own-copy", "contact", "national-export"
    request: str = ""  # id of the request, to find it in the logs

    @classmethod
    def of(cls, origin: Origin, subject: str, fields: Iterable[str], purpose: str) -> "Reading":
        """What a request reads."""
        return cls(
            client=origin.client,
            person=origin.person,
            operation=origin.command,
            subject=subject,
            fields=tuple(fields),
            purpose=purpose,
            request=origin.correlation,
        )


class Vault:
    """Seals and opens texts with the keys of one service. Safe for all threads of a process."""

    def __init__(self, database: Db, keys_file: Path | None, clock: Clock) -> None:
        self._database = database
        self._file = keys_file
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._stamp = (0, 0)
        self._looked = float("-inf")

    def seal(self, value: str) -> str:
        """For what is only kept. Raises Unavailable where the keys are missing."""
        return self._with(lambda keys: keys.seal(value, KEPT, RANDOM))

    def seal_all(self, values: Iterable[str]) -> list[str]:
        """`seal` for many, in their order."""
        return [self.seal(value) for value in values]

    def seal_to_find(self, value: str) -> str:
        """The same value gives the same text. Bring it into its one form before: upper case,
        without spaces."""
        return self._with(lambda keys: keys.seal(value, FOUND, DETERMINISTIC))

    def reader(self, reading: Reading) -> Callable[[str], str]:
        """What opens sealed texts, once the reading is in the audit."""
        entry = vars(reading) | {"fields": list(reading.fields), "at": self._clock.now()}
        self._database["readings"].insert_one(entry)
        return lambda sealed: self._with(lambda keys: keys.open(sealed))

    def open(self, sealed: str, reading: Reading) -> str:
        """One text in clear, with its entry in the audit."""
        return self.reader(reading)(sealed)

    def readings(self, subject: str, limit: int = 500) -> list[Document]:
        """The audit of one aggregate, newest first."""
        rows = self._database["readings"].find({"subject": subject}, {"_id": 0})
        return list(rows.sort("at", -1).limit(limit))

    def rewrap(self) -> int:
        """Wrap every data key by the newest master key; how many. What is sealed stays as it is."""
        return self._with(lambda keys: keys.rewrap())

    def _with(self, action: "Callable[[_Opened], T]") -> T:
        """With the keys as the file has them now. Raises Unavailable that says what is wrong."""
        keys = self._keys()
        try:
            return action(keys)
        except EncryptionError as error:
            if isinstance(error.cause, PyMongoError):
                raise error.cause from None
            again = self._keys(look=True)  # the file may have changed a moment ago
            if again is not keys:
                return action(again)
            if missing := again.missing():
                raise _unavailable(f"the master key {missing} is not in {self._file}") from None
            raise

    def _keys(self, look: bool = False) -> "_Opened":
        if self._opened and not look and time.monotonic() - self._looked < LOOK_SECONDS:
            return self._opened
        with self._lock:
            try:
                self._look()
            except BadMasterKeys as error:
                if not self._opened:
                    raise _unavailable(str(error)) from None
                log.warning("master keys can't be read", extra={"why": str(error)})
            self._looked = time.monotonic()
            assert self._opened
            return self._opened

    def _look(self) -> None:
        if self._file is None:
            raise BadMasterKeys("PERSONAL_KEYS_FILE is not set")
        try:
            found = self._file.stat()
        except OSError as error:
            raise BadMasterKeys(f"{self._file}: {type(error).__name__}") from None
        stamp = (found.st_mtime_ns, found.st_size)
        if not self._opened or stamp != self._stamp:
            self._opened = _Opened(self._database, MasterKeys.read(self._file))
            self._stamp = stamp


class _Opened:
    """ClientEncryption with the master keys of one state of the file."""

    def __init__(self, database: Db, master: MasterKeys) -> None:
        from pymongo.encryption import ClientEncryption  # 23 MB

        self.master = master
        self._rows = database["data_keys"]
        self._ids: dict[str, Binary] = {}
        self._lock = threading.Lock()
        options: CodecOptions[Document] = CodecOptions(tz_aware=True)
        self._encryption: ClientEncryption[Document] = ClientEncryption(
            master.providers, f"{database.name}.data_keys", database.client, options
        )

    def seal(self, value: str, key: str, algorithm: str) -> str:
        sealed = self._encryption.encrypt(value, algorithm, key_id=self._id(key))
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        try:
            binary = Binary(base64.b64decode(sealed, validate=True), SEALED_SUBTYPE)
        except (binascii.Error, ValueError):
            raise ValueError("not a sealed text") from None
        return str(self._encryption.decrypt(binary))

    def rewrap(self) -> int:
        for key in (KEPT, FOUND):
            self._id(key)
        done = self._encryption.rewrap_many_data_key({}, provider=f"local:{self.master.newest}")
        return done.bulk_write_result.modified_count if done.bulk_write_result else 0

    def _id(self, name: str) -> Binary:
        """Of the data key of that name, which is made where there is none: by one process only."""
        if name not in self._ids:
            with self._lock:
                found = self._find(name) or self._make(name) or self._find(name)
                assert found
                self._ids[name] = found
        return self._ids[name]

    def missing(self) -> str:
        """Name of a master key that wraps a data key and is not in the file; empty if none."""
        rows = self._rows.find({}, {"masterKey": 1})
        wanted = (str(row["masterKey"]["provider"]) for row in rows)
        unknown = next((each for each in wanted if each not in self.master.providers), "")
        return unknown.removeprefix("local:")

    def _find(self, name: str) -> Binary | None:
        row = self._rows.find_one({"keyAltNames": name}, {"_id": 1})
        return row["_id"] if row else None

    def _make(self, name: str) -> Binary | None:
        """None where another process was first."""
        try:
            provider = f"local:{self.master.newest}"
            return self._encryption.create_data_key(provider, key_alt_names=[name])
        except EncryptionError as error:
            if isinstance(error.cause, DuplicateKeyError):
                return None
            raise


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        Text(
            f"Personal data can't be used: {why}. The operator's handbook says how it is mended.",
            f"无法处理个人信息:{why}。处理办法见运维手册。",
        )
    )
