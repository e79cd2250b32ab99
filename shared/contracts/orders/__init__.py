"""What the orders service tells. A module for each thing told of."""

from shared.contracts.orders.menu_item import *
from shared.contracts.orders.order import *
