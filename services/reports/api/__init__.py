"""The reports service over HTTP: parse, check the site, call, answer. It decides nothing."""

from services.reports.api import (
    acceptances,
    assessments,
    bulletins,
    consistency,
    constructions,
    coverage,
    evidence,
    figures,
    inspection_files,
    inspections,
    milestones,
    model_cases,
    monthly_reports,
    queues,
    rectifications,
    reporting,
    reports,
    rubrics,
    scores,
    sites,
    webhooks,
)
from services.reports.construction import OF_CONSTRUCTION
from services.reports.publicity import OF_BULLETINS, OF_PUBLICITY
from services.reports.reporting import OF_MONTHLY_REPORTS
from services.reports.store import Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {
    OF_CONSTRUCTION: Purpose(upload="construction:report", read="construction:read"),
    OF_PUBLICITY: Purpose(upload="publicity:write", read="publicity:read"),
    OF_BULLETINS: Purpose(upload="bulletins:write", read="bulletins:read"),
    inspections.PURPOSE: Purpose(upload="inspections:record", read="inspections:read"),
    rectifications.PURPOSE: Purpose(upload="rectifications:answer", read="rectifications:read"),
    OF_MONTHLY_REPORTS: Purpose(upload="monthly-reports:write", read="reports:read"),
}

api: Api[Store] = Api.of(
    *(figures.api, evidence.api, reports.api, consistency.api, sites.api, webhooks.api),
    queues.api,
    *(coverage.api, model_cases.api, bulletins.api),
    *(rubrics.api, inspections.api, assessments.api, scores.api, rectifications.api),
    *(monthly_reports.api, reporting.api),
    *(constructions.api, milestones.api, acceptances.api, inspection_files.api),
    file_operations(FILES),
)
