"""`/livez`, `/readyz` (which part is not ready, and why) and `/metrics`."""

import re
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from pymongo.errors import PyMongoError

from shared.service import Service
from shared.web.clients import ClientRegistry

WORKER_SILENT_SECONDS = 15  # a worker beats every 2 s


class Metrics:
    """What an operator watches. Each process counts its own requests."""

    def __init__(self, service: Service[Any]) -> None:
        self._service = service
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Answers", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "http_request_seconds",
            "Time to the answer",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 25),
        )
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._outbox_age = self._gauge("outbox_age_seconds", "Age of the oldest untold event")
        self._log_head = self._gauge("event_log_head", "Number of the last event")
        self._published = self._gauge("event_log_published", "Number confirmed by the broker")
        self._parked = self._gauge("dead_letters_parked", "Events that wait for a person")

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        answers, times = self._series(method, route, status)
        answers.inc()
        times.observe(seconds)

    def _series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """Kept once found: looking labels up costs more than counting."""
        key = (method, route, status)
        if key not in self._found:
            answers = self._requests.labels(method, route, str(status))
            self._found[key] = (answers, self._seconds.labels(route))
        return self._found[key]

    def page(self) -> bytes:
        """The text of `/metrics`, with the gauges read now."""
        log, database = self._service.kit.log, self._service.kit.database
        self._outbox_age.set(outbox_age(self._service))
        self._log_head.set(log.head())
        self._published.set(log.published)
        self._parked.set(database["dead_letters"].count_documents({"due": None}))
        return generate_latest(self.registry)


def add(app: Flask, service: Service[Any], metrics: Metrics, clients: ClientRegistry) -> None:
    """The three routes; none of them asks for a key, none tells a secret."""

    @app.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        problems = not_ready(service)
        if not clients.known():
            problems["clients"] = "no client can be read from CLIENTS_FILE"
        status = "not ready" if problems else "ready"
        return jsonify({"status": status, "problems": problems}), 503 if problems else 200

    @app.get("/metrics")
    def show_metrics() -> Response:
        return Response(metrics.page(), content_type=CONTENT_TYPE_LATEST)


def not_ready(service: Service[Any]) -> dict[str, str]:
    """Part and reason; empty where all is well."""
    try:
        problems = worker_problems(service)
        age = outbox_age(service)
        if age > service.kit.settings.stale_seconds:
            problems["outbox"] = f"its oldest event has waited {age:.0f} s"
        incomplete = service.kit.generations.pointer()
        if incomplete["live"] in incomplete.get("incomplete", []):
            problems["projections"] = "incomplete: fix the cause, then rebuild"
        return problems
    except PyMongoError as error:
        return {"database": type(error).__name__}


def worker_problems(service: Service[Any], host: str = "") -> dict[str, str]:
    """What the workers (of one host) say of themselves; where none has spoken lately, that."""
    query = {"_id": {"$regex": f"^{re.escape(host)}:"}} if host else {}
    rows = list(service.kit.database["heartbeats"].find(query))
    now = datetime.now(UTC)
    fresh = [r for r in rows if (now - r["at"]).total_seconds() < WORKER_SILENT_SECONDS]
    if not fresh:
        return {"worker": "none has been heard of lately"}
    best = min(fresh, key=lambda row: len(row["problems"]))
    return dict(best["problems"])


def outbox_age(service: Service[Any]) -> float:
    """Seconds that the oldest event has waited to be logged; 0 where none waits."""
    oldest = 0.0
    for aggregates in service.aggregates:
        told = aggregates.oldest_untold()
        if told:
            oldest = max(oldest, (datetime.now(UTC) - told).total_seconds())
    return oldest
