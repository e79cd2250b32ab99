"""What the volunteers service tells. A module for each thing told of."""

from shared.contracts.volunteers.booking import *
from shared.contracts.volunteers.certificate import *
from shared.contracts.volunteers.hours import *
from shared.contracts.volunteers.no_shows import *
from shared.contracts.volunteers.plan import *
from shared.contracts.volunteers.qualification import *
from shared.contracts.volunteers.shift import *
from shared.contracts.volunteers.star import *
from shared.contracts.volunteers.swap import *
from shared.contracts.volunteers.team import *
from shared.contracts.volunteers.volunteer import *
