"""Brands and series over HTTP."""

from services.events.model import commands as asked
from services.events.model.series import Series
from services.events.store import Store, series_id
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


@api.command("/v1/series", scope="series:write", made="code")
def plan_series(call: Call[Store], body: asked.PlanSeries) -> Receipt:
    """A brand or series (品牌活动, 系列活动)."""
    id = series_id(body.code)
    return call.app.series.make(id, call.origin, lambda now: Series.plan(id, body))


@api.query("/v1/series/{code}", scope="activities:read")
def read_series(call: Call[Store], code: str) -> Loaded[Series]:
    """One brand or series, by its code."""
    return call.app.series.load(series_id(code))


@api.query("/v1/series", scope="activities:read")
def list_series(call: Call[Store], query: PageQuery) -> Page[Series]:
    """All brands and series."""
    return page_of(call.app.series, {}, query)
