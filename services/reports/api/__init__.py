"""The reports service over HTTP: parse, check the site, call, answer. It decides nothing."""

from services.reports.api import consistency, evidence, figures, reports, sites, webhooks
from services.reports.store import Store
from shared.web.api import Api

api: Api[Store] = Api.of(
    figures.api, evidence.api, reports.api, consistency.api, sites.api, webhooks.api
)
