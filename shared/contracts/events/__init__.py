"""What the events service tells: sites, rooms, series, activities; a module for each of them."""

from shared.contracts.events.activity import *
from shared.contracts.events.registration import *
from shared.contracts.events.room import *
from shared.contracts.events.series import *
from shared.contracts.events.site import *
