"""What Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

__all__ = ["Metrics"]

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_PREFIX = "nginx_grpc_admission"


class Metrics:
    """The metrics of one webhook, in a registry of their own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def name(of: str) -> str:
            return f"{_PREFIX}_{of}"

        self.decisions = Counter(
            name("decisions"),
            "Reviews answered, by verdict: allowed, denied, skipped (no nginx text), refused "
            "(nginx text that can't be read or is too much), error, shed.",
            ["verdict"],
            registry=self.registry,
        )
        self.findings = Counter(
            name("findings"),
            "Findings in decisions, by rule and level.",
            ["rule", "level"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            name("request_seconds"),
            "Time from a request's head to its answer.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.bridge_seconds = Histogram(
            name("bridge_seconds"),
            "Time that the bridge took for an object.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.opa_seconds = Histogram(
            name("opa_seconds"),
            "Time that OPA took for a decision.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.bridge_errors = Counter(
            name("bridge_errors"),
            "Objects that gave no document: refused, overrun (time, memory or a crash), malformed.",
            ["kind"],
            registry=self.registry,
        )
        self.opa_errors = Counter(
            name("opa_errors"),
            "Questions that OPA did not answer with a decision, by kind.",
            ["kind"],
            registry=self.registry,
        )
        self.workers_replaced = Counter(
            name("workers_replaced"),
            "Worker processes that were replaced.",
            registry=self.registry,
        )
        self.rollbacks = Counter(
            name("bundle_rollbacks"),
            "Times that OPA went back to a bundle revision it had replaced.",
            registry=self.registry,
        )
        self.in_flight = Gauge(
            name("in_flight"), "Requests being answered.", registry=self.registry
        )
        self.ready = Gauge(
            name("ready"), "1 while OPA decides and workers are there.", registry=self.registry
        )
        self.bundle = Gauge(
            name("bundle_info"),
            "1 for the bundle revision of the last decision.",
            ["revision"],
            registry=self.registry,
        )
        self.certificate_expiry = Gauge(
            name("certificate_expiry_timestamp_seconds"),
            "When the webhook's certificate ends, as Unix time.",
            registry=self.registry,
        )
        self.reloads = Counter(
            name("certificate_reloads"),
            "Reloads of the certificates, by outcome: loaded, failed.",
            ["outcome"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)
