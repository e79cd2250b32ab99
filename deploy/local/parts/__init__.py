"""The real MongoDB and RabbitMQ as processes of ours, on given or free ports under a given folder.

    mongod = Mongod(folder / "mongod")
    mongod.start()
    MongoClient(mongod.url)
    mongod.kill()       # SIGKILL, as a power cut would
    mongod.restart()    # the same port, the same data
    mongod.stop()       # nothing is left running

What is run is described once, as `Program`s: here they are started as child processes (tests and
benchmarks), under `make run` the process manager starts the same ones.
"""

from deploy.local.parts.errors import PartFailed, PartMissing
from deploy.local.parts.mongod import TRANSACTION_LIFETIME_S, Mongod, MongodClient, find_mongod
from deploy.local.parts.part import Part
from deploy.local.parts.program import Program, inherited, tail
from deploy.local.parts.rabbitmq import RabbitMQ, takes_amqp

__all__ = [
    "TRANSACTION_LIFETIME_S",
    "Mongod",
    "MongodClient",
    "Part",
    "PartFailed",
    "PartMissing",
    "Program",
    "RabbitMQ",
    "find_mongod",
    "inherited",
    "tail",
    "takes_amqp",
]
