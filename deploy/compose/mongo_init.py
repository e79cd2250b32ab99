"""Makes of a bare mongod a replica set of one member with a user for each service.

It runs once whenever the system is brought up, beside mongod in its network: there mongod
lets a caller from its own host initiate the set and make the first user, and nothing more.
Every step looks first whether it is done, so that it can run again at any time; a changed
password of a service is taken over.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure
from pymongo.uri_parser import parse_uri

SERVICES = ("orders", "volunteers", "events", "reports")
SECRETS = Path("/run/secrets")
ROOT = "root"
MEMBER = "mongo:27017"
WAIT_SECONDS = 120.0  # mongod may be recovering from a hard stop

AUTHENTICATION_FAILED = 18
UNAUTHORIZED = 13
USER_NOT_FOUND = 11

Client = MongoClient[dict[str, Any]]


class CannotPrepare(Exception):
    """The database is not as this script can use it."""


def main() -> None:
    root_password = (SECRETS / "mongo_root_password").read_text().strip()
    with at_mongod() as client:
        wait_until(lambda: client.admin.command("ping"), "mongod does not answer")
        initiate(client)
        wait_until(lambda: is_primary(client), "mongod does not become primary")
        make_root(client, root_password)
    with at_mongod(ROOT, root_password) as client:
        for service in SERVICES:
            grant(client, (SECRETS / f"{service}_mongo_url").read_text().strip())
    check_that_strangers_are_refused()
    print("the replica set and the services' users are ready")


@contextmanager
def at_mongod(
    username: str | None = None, password: str | None = None, database: str = "admin"
) -> Iterator[Client]:
    """A client of the one mongod itself, whatever it says of the set's members."""
    client: Client = MongoClient(
        "127.0.0.1",
        directConnection=True,
        serverSelectionTimeoutMS=2000,
        username=username,
        password=password,
        authSource=database,
    )
    try:
        yield client
    finally:
        client.close()


def wait_until(check: Callable[[], object], complaint: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            if check():
                return
        except ConnectionFailure:
            pass
        time.sleep(0.3)
    raise CannotPrepare(complaint)


def is_primary(client: Client) -> bool:
    return bool(client.admin.command("hello")["isWritablePrimary"])


def initiate(client: Client) -> None:
    if "setName" in client.admin.command("hello"):
        return
    members = [{"_id": 0, "host": MEMBER}]
    client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    print("initiated the replica set rs0")


def make_root(client: Client, password: str) -> None:
    try:
        client.admin.command(
            "createUser", ROOT, pwd=password, roles=[{"role": "root", "db": "admin"}]
        )
        print("made the user root")
    except OperationFailure as error:
        # mongod refuses strangers once it has a user: then root was made before
        if error.code != UNAUTHORIZED:
            raise


def grant(root: Client, url: str) -> None:
    """The user that a service's URL names may read and write the database it names, no other."""
    parts = parse_uri(url)
    name, password, database = parts["username"], parts["password"], parts["database"]
    if not (name and password and database):
        raise CannotPrepare("a service's URL names no user, password or database")
    roles = [{"role": "readWrite", "db": database}]
    try:
        root[database].command("updateUser", name, pwd=password, roles=roles)
    except OperationFailure as error:
        if error.code == AUTHENTICATION_FAILED:
            raise CannotPrepare(
                "the password in secrets/mongo-root-password is not that of the data in the volume"
            ) from error
        if error.code != USER_NOT_FOUND:
            raise
        root[database].command("createUser", name, pwd=password, roles=roles)
        print(f"made the user {name} of {database}")
    with at_mongod(name, password, database) as client:
        client[database].list_collection_names()


def check_that_strangers_are_refused() -> None:
    with at_mongod() as client:
        try:
            client.admin.command("listDatabases")
        except OperationFailure as error:
            if error.code == UNAUTHORIZED:
                return
            raise
    raise CannotPrepare("mongod answers without a password: it runs without --keyFile")


if __name__ == "__main__":
    try:
        main()
    except CannotPrepare as error:
        sys.exit(f"mongo_init: {error}")
