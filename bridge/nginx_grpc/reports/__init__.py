"""Reports write a result in one format each: one interface, one implementation a file."""

from __future__ import annotations

from nginx_grpc.reports.interface import Report

__all__ = ["FORMATS", "Report", "by_name"]

FORMATS = ("text", "json")


def by_name(name: str, *, color: bool = False, width: int = 80) -> Report:
    """The report of a format; `color` and `width` (columns) are for text alone."""
    if name == "json":
        from nginx_grpc.reports.json import JsonReport

        return JsonReport()
    from nginx_grpc.reports.text import TextReport

    return TextReport(color=color, width=width)
