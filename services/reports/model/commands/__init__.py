"""What can be asked of the reports service, a module for each aggregate."""

from services.reports.model.commands.bulletin import *
from services.reports.model.commands.construction import *
from services.reports.model.commands.monthly_report import *
from services.reports.model.commands.publicity import *
from services.reports.model.commands.report import *
from services.reports.model.commands.reporting import *
