"""What the reports service tells. A module for each thing told of."""

from shared.contracts.reports.assessment import *
from shared.contracts.reports.bulletin import *
from shared.contracts.reports.construction import *
from shared.contracts.reports.monthly_report import *
from shared.contracts.reports.publicity import *
from shared.contracts.reports.rectification import *
from shared.contracts.reports.report import *
