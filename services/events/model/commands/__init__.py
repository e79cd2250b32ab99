"""What can be asked of the events service, a module for each aggregate."""

from services.events.model.commands.activity import *
from services.events.model.commands.archive import *
from services.events.model.commands.plan import *
from services.events.model.commands.registration import *
from services.events.model.commands.series import *
from services.events.model.commands.site import *
