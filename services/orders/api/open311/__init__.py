"""Open311 GeoReport v2: the convention that apps for reporting to a city speak.

The standard: <https://wiki.open311.org/GeoReport_v2/>. Its services are the kinds of snapshots
(随手拍) and the items of the menu (点单); a station is an `address_id`. Reading needs no key, as
the standard has it, and so shows the least that serves; a client's key, as `api_key`, shows more.
"""

from services.orders.api.open311.routes import add

__all__ = ["add"]
