"""What can be asked of the orders service. A module for each aggregate."""

from services.orders.model.commands.menu_item import *
from services.orders.model.commands.order import *
from services.orders.model.commands.pairing import *
from services.orders.model.commands.question import *
from services.orders.model.commands.recipient import *
from services.orders.model.commands.rules import *
from services.orders.model.commands.snapshot import *
from services.orders.model.commands.standing_order import *
from services.orders.model.commands.survey import *
from services.orders.model.commands.template import *
from services.orders.model.commands.wish import *
