"""What the orders service tells. A module for each thing told of."""

from shared.contracts.orders.menu_item import *
from shared.contracts.orders.order import *
from shared.contracts.orders.pairing import *
from shared.contracts.orders.question import *
from shared.contracts.orders.recipient import *
from shared.contracts.orders.snapshot import *
from shared.contracts.orders.standing_order import *
from shared.contracts.orders.survey import *
from shared.contracts.orders.wish import *
