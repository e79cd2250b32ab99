"""Who calls the services in a test: scopes and sites of each client."""

from collections.abc import Mapping

from shared.settings import SERVICES

CLIENTS: Mapping[str, tuple[str, str]] = {
    "office": ("*", "*"),
    "station": (
        "orders:*,volunteers:*,teams:*,activities:*,menu:*,hours:*,reports:*,"
        "wishes:*,questions:*,snapshots:*,surveys:*,shifts:*,"
        "campaigns:*,drives:*,programmes:*,publicity:*,bulletins:*,construction:*,"
        "rubrics:read,inspections:read,assessments:read,rectifications:read,rectifications:answer,"
        "monthly-reports:write",
        "XP11",
    ),
    "hooks": ("webhooks:write,queues:write,reports:read,feed:read", "XP11"),
    "nobody": ("", ""),
    "reader": (
        "orders:read,volunteers:read,teams:read,menu:read,sites:read,hours:read,"
        "activities:read,certificates:read,reports:read,shifts:read",
        "*",
    ),
    **dict.fromkeys(SERVICES, ("feed:read", "*")),
}
"""Scopes and sites of each client."""


def listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]
