"""A system in which the sub-district's last complete month was lived, to one of its evenings."""

from concurrent.futures import ThreadPoolExecutor

from deploy.demonstration.client import THREADS, Caller
from deploy.demonstration.month import BusinessTime, Month, last_complete, now
from deploy.demonstration.reference import Loader, Reference
from deploy.demonstration.story import play_month
from deploy.demonstration.world import World
from tests.system import System

EVENING = (23, 19)  # day and hour in Shanghai: much has happened, and much still waits


def play(system: System) -> Month:
    """Everything by the HTTP APIs; business time stays in that evening."""
    month = last_complete(now())
    clock = BusinessTime(system.clock_file)
    assert clock.can_be_moved()
    clock.move_to(month.at(0, 9))
    caller = Caller("office", system.urls, system.keys["office"])
    reference = Reference.read()
    with ThreadPoolExecutor(THREADS) as pool:
        loaded = Loader(caller, reference, pool).load()
        world = World(month.name, caller, caller, caller, loaded)
        end = month.at(*EVENING)
        play_month(world, month, reference, clock, pool, lambda _: None, end)
        clock.move_to(end)
    system.settle(60)
    return month
