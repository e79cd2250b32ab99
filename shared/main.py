"""The ways into a service: the `api` process, the `worker` process, and the operator's commands."""

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask
from pymongo.errors import PyMongoError

from shared import logs, worker
from shared.errors import ShijianError
from shared.messaging.cursors import Cursors
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.feed_client import FeedClient
from shared.messaging.replay import replay
from shared.service import Kit, OperatorCommand, Service
from shared.settings import Settings
from shared.storage import master_keys
from shared.storage.mongo import wait_until_up
from shared.web.api import Api
from shared.web.app import Adapter, make_app
from shared.web.health import worker_problems

log = logging.getLogger(__name__)

Build = Callable[[Kit], Service[Any]]


def entry_points(
    name: str,
    build: Build,
    operations: Api[Any],
    commands: Mapping[str, OperatorCommand] | None = None,
    adapters: Sequence[Adapter] = (),
) -> tuple[Callable[[], Flask], Callable[[], None]]:
    """`api` (a gunicorn factory) and `main` (a command line) of the service `name`; `commands`
    are those that only this service has, `adapters` the conventions of others that it speaks."""
    own = commands or {}

    def open_service() -> Service[Any]:
        settings = Settings.read(name)
        logs.set_up(settings.log_level)
        return build(Kit.open(settings))

    def api() -> Flask:
        service = open_service()
        wait_until_up(service.kit.database)
        service.prepare()
        return make_app(service, operations, adapters)

    def main() -> None:
        chosen = _arguments(name, own)
        service = open_service()
        run = own[chosen.command].run if chosen.command in own else COMMANDS[chosen.command]
        run(service, chosen)

    return api, main


def _arguments(name: str, own: Mapping[str, OperatorCommand]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}.app")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("worker", help="relay, reactions, projections and clocks, until SIGTERM")
    commands.add_parser("health", help="status 0 where a worker of this service is well")
    commands.add_parser("rebuild", help="build the projections anew beside the live ones")
    rotated = commands.add_parser("rotate-keys", help="wrap the keys of personal data anew")
    rotated.add_argument("--new", action="store_true", help="by a new master key, made first")
    commands.add_parser("new-epoch", help="after a restore: the log has another history now")
    adopted = commands.add_parser("adopt", help="reactions go on with a restored source's log")
    adopted.add_argument("source")
    adopted.add_argument("--after", type=int, required=True, help="what lies behind is heard")
    commands.add_parser("parked", help="list the events that wait for a person")
    for name, meaning in (("redrive", "try a parked event again"), ("discard", "drop one")):
        commands.add_parser(name, help=meaning).add_argument("id", help="as `parked` lists it")
    sent = commands.add_parser("replay", help="send a range of the log to one queue")
    sent.add_argument("queue")
    sent.add_argument("--after", type=int, default=0)
    sent.add_argument("--through", type=int, default=0, help="0: the head")
    for each, command in own.items():
        command.arguments(commands.add_parser(each, help=command.meaning))
    return parser.parse_args()


def _worker(service: Service[Any], _: argparse.Namespace) -> None:
    worker.run(service)


def _health(service: Service[Any], _: argparse.Namespace) -> None:
    try:
        problems = worker_problems(service, host=socket.gethostname())
    except PyMongoError as error:
        problems = {"database": type(error).__name__}
    if problems:
        sys.exit(str(problems))


def _rebuild(service: Service[Any], _: argparse.Namespace) -> None:
    if not service.projections:
        sys.exit(f"{service.name} has no projections")
    service.kit.generations.ask_rebuild()
    print("the worker will build a new generation, and switch to it")


def _rotate_keys(service: Service[Any], chosen: argparse.Namespace) -> None:
    file = service.kit.settings.personal_keys_file
    try:
        if chosen.new and file:
            print(f"new master key {master_keys.add(file)}")
        print(f"wrapped {service.kit.vault.rewrap()} data keys by the newest master key")
    except (ShijianError, master_keys.BadMasterKeys) as error:
        sys.exit(str(error))


def _new_epoch(service: Service[Any], _: argparse.Namespace) -> None:
    print(service.kit.log.renew_epoch())


def _adopt(service: Service[Any], chosen: argparse.Namespace) -> None:
    settings = service.kit.settings
    page = FeedClient(settings.urls, settings.service_key).page(chosen.source, chosen.after, 1)
    if chosen.after > page.head:
        sys.exit(f"{chosen.source} has told no more than {page.head}")
    Cursors(service.kit.database, "reactions").adopt(chosen.source, page.epoch, chosen.after)
    print(f"reactions go on with {chosen.source} {page.epoch} behind {chosen.after}")


def _parked(service: Service[Any], _: argparse.Namespace) -> None:
    live = f"projections_{service.kit.generations.pointer()['live']}"
    for consumer in ("reactions", live):
        for row in DeadLetters(service.kit.database, consumer).parked():
            print(
                f"{row['_id']}\t{row['at']:%Y-%m-%d %H:%M}\t{row.get('type', '-')}\t{row['reason']}"
            )


def _redrive(service: Service[Any], chosen: argparse.Namespace) -> None:
    if not DeadLetters(service.kit.database, "reactions").redrive(chosen.id):
        sys.exit(f"no reaction is parked under {chosen.id}; a projection is mended by `rebuild`")


def _discard(service: Service[Any], chosen: argparse.Namespace) -> None:
    if not DeadLetters(service.kit.database, "reactions").discard(chosen.id):
        sys.exit(f"nothing is parked under {chosen.id}")


def _replay(service: Service[Any], chosen: argparse.Namespace) -> None:
    settings = service.kit.settings
    count = replay(service.kit.log, settings.amqp_url, chosen.queue, chosen.after, chosen.through)
    print(f"sent {count} events to {chosen.queue}")


COMMANDS: dict[str, Callable[[Service[Any], argparse.Namespace], None]] = {
    "worker": _worker,
    "health": _health,
    "rebuild": _rebuild,
    "rotate-keys": _rotate_keys,
    "new-epoch": _new_epoch,
    "adopt": _adopt,
    "parked": _parked,
    "redrive": _redrive,
    "discard": _discard,
    "replay": _replay,
}
