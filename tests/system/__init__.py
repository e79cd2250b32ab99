"""A whole running system: each service as its real processes, on free ports, with own databases.

    system = System(parts, folder)
    system.start()
    answer = system.call("orders", "POST", "/v1/orders", body, key="k1", client="station")
    system.kill("orders-worker")          # as a power cut would
    system.start_again("orders-worker")
    system.stop()

A process is named by its service and its kind: `orders-api`, `orders-worker`.
"""

from tests.system.activities import announce_activity, register
from tests.system.answers import Answer, next_link
from tests.system.at_once import Meanwhile, at_once
from tests.system.clients import CLIENTS
from tests.system.installation import Document
from tests.system.months import month_of_now
from tests.system.orders import (
    accept,
    assigned_order,
    open_order,
    order_body,
    place_order,
    publish_item,
    read_order,
    serve_order,
    write_template,
)
from tests.system.outside import connect_as_outsider, delete_queues
from tests.system.people import add_volunteer, form_team
from tests.system.photographs import PLACE, photograph, upload
from tests.system.processes import ROOT
from tests.system.running import System
from tests.system.sites import SITES, open_site, seed

__all__ = [
    "Answer",
    "CLIENTS",
    "Document",
    "Meanwhile",
    "PLACE",
    "ROOT",
    "SITES",
    "System",
    "accept",
    "add_volunteer",
    "announce_activity",
    "assigned_order",
    "at_once",
    "connect_as_outsider",
    "delete_queues",
    "form_team",
    "month_of_now",
    "next_link",
    "open_order",
    "open_site",
    "order_body",
    "photograph",
    "place_order",
    "publish_item",
    "read_order",
    "register",
    "seed",
    "serve_order",
    "upload",
    "write_template",
]
