"""What the events service tells, a module for each thing told of."""

from shared.contracts.events.activity import *
from shared.contracts.events.campaign import *
from shared.contracts.events.drive import *
from shared.contracts.events.honour import *
from shared.contracts.events.nomination import *
from shared.contracts.events.plan import *
from shared.contracts.events.programme import *
from shared.contracts.events.registration import *
from shared.contracts.events.room import *
from shared.contracts.events.series import *
from shared.contracts.events.site import *
