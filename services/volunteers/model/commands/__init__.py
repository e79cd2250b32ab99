"""What can be asked of the volunteers service. A module for each aggregate."""

from services.volunteers.model.commands.calendar_feed import *
from services.volunteers.model.commands.exchange import *
from services.volunteers.model.commands.person import *
from services.volunteers.model.commands.qualification import *
from services.volunteers.model.commands.shift import *
from services.volunteers.model.commands.team import *
from services.volunteers.model.commands.volunteer import *
