"""The reports service over HTTP: parse, check the site, call, answer. It decides nothing."""

from services.reports.api import (
    bulletins,
    consistency,
    coverage,
    evidence,
    figures,
    model_cases,
    reports,
    sites,
    webhooks,
)
from services.reports.publicity import OF_BULLETINS, OF_PUBLICITY
from services.reports.store import Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {
    OF_PUBLICITY: Purpose(upload="publicity:write", read="publicity:read"),
    OF_BULLETINS: Purpose(upload="bulletins:write", read="bulletins:read"),
}

api: Api[Store] = Api.of(
    *(figures.api, evidence.api, reports.api, consistency.api, sites.api, webhooks.api),
    *(coverage.api, model_cases.api, bulletins.api),
    file_operations(FILES),
)
