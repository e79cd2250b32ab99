"""What the events service tells: sites, series, activities. A module for each thing told of."""

from shared.contracts.events.activity import *
from shared.contracts.events.series import *
from shared.contracts.events.site import *
