"""What can be asked of the orders service. A module for each aggregate."""

from services.orders.model.commands.menu_item import *
from services.orders.model.commands.order import *
