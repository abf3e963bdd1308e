"""The interface of a report."""

from __future__ import annotations

from abc import ABC, abstractmethod

from nginx_grpc.findings import CheckResult

__all__ = ["Report"]


class Report(ABC):
    """Writes a result in one format."""

    name: str

    @abstractmethod
    def render(self, result: CheckResult) -> str:
        """The whole report, ending in a line feed. Deterministic: no time, no order of its own."""
