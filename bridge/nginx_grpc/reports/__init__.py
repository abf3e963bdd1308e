"""Reports write a result in one format each: one interface, one implementation a file."""

from __future__ import annotations

from importlib import import_module

from nginx_grpc.reports.interface import Report

__all__ = ["FORMATS", "Report", "by_name"]

_CLASSES = {
    "text": "TextReport",
    "concise": "ConciseReport",
    "json": "JsonReport",
    "sarif": "SarifReport",
    "junit": "JunitReport",
    "github": "GithubReport",
    "gitlab": "GitlabReport",
    "markdown": "MarkdownReport",
    "prometheus": "PrometheusReport",
}

FORMATS = tuple(_CLASSES)


def by_name(name: str, *, color: bool = False, width: int = 80, order: str = "gravity") -> Report:
    """The report of a format; `color` and `width` (columns) are for text alone, `order` is for
    what people read, see `nginx_grpc.reports.order`."""
    report: type[Report] = getattr(import_module(f"nginx_grpc.reports.{name}"), _CLASSES[name])
    if name == "text":
        from nginx_grpc.reports.text import TextReport

        return TextReport(color=color, width=width, order=order)
    if name == "concise":
        from nginx_grpc.reports.concise import ConciseReport

        return ConciseReport(order=order)
    return report()
