"""The sites that tests name."""

from tests.system.running import System

SITES = ("XP00", "XP11", "XP12")
"""Open in every seeded system; the client `station` acts for XP11 only."""


def seed(system: System) -> None:
    """The sites that tests name."""
    for code in SITES:
        open_site(system, code)


def open_site(system: System, code: str = "") -> str:
    """A station that every service knows: its code."""
    code = code or f"XT{int(next(system.names)[1:]) + 100:04d}"
    body = {"code": code, "level": "station", "title": f"站点{code}", "title_en": f"Site {code}"}
    system.post("events", "/v1/sites", body, key=code)

    def known() -> bool:
        rows = (system.live(service, "sites") for service in ("orders", "volunteers", "reports"))
        return all(each.find_one({"_id": code}) for each in rows)

    system.wait_until(known)
    return code
