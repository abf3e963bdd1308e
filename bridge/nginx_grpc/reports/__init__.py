"""Reports write a result in one format each: one interface, one implementation a file."""

from __future__ import annotations

from importlib import import_module

from nginx_grpc.reports.interface import Report

__all__ = ["FORMATS", "Report", "by_name"]

_CLASSES = {
    "text": "TextReport",
    "json": "JsonReport",
    "sarif": "SarifReport",
    "junit": "JunitReport",
    "github": "GithubReport",
    "gitlab": "GitlabReport",
    "markdown": "MarkdownReport",
}

FORMATS = tuple(_CLASSES)


def by_name(name: str, *, color: bool = False, width: int = 80) -> Report:
    """The report of a format; `color` and `width` (columns) are for text alone."""
    report: type[Report] = getattr(import_module(f"nginx_grpc.reports.{name}"), _CLASSES[name])
    if name == "text":
        from nginx_grpc.reports.text import TextReport

        return TextReport(color=color, width=width)
    return report()
