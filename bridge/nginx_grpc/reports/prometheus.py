"""Counts for Prometheus: findings by rule, level and namespace, and what was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult
from nginx_grpc.reports.interface import Report

__all__ = ["PrometheusReport"]


class PrometheusReport(Report):
    """`nginx-grpc check --format prometheus`: its text format, for a textfile or a Pushgateway."""

    name = "prometheus"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: CheckResult) -> Iterator[str]:
    counted = Counter(
        (each.id, each.level, each.owner.get("namespace", ""))
        for each in result.findings
        if each.counts
    )
    yield "# HELP nginx_grpc_findings Findings that count, by the namespace of their object."
    yield "# TYPE nginx_grpc_findings gauge"
    for (rule, level, namespace), count in sorted(counted.items()):
        labels = _labels(rule=rule, level=level, namespace=namespace)
        yield f"nginx_grpc_findings{labels} {count}"
    yield "# HELP nginx_grpc_not_judged What a rule could not judge."
    yield "# TYPE nginx_grpc_not_judged gauge"
    unjudged = Counter(each.rule for given in result.inputs for each in given.not_judged)
    for rule, count in sorted(unjudged.items()):
        yield f"nginx_grpc_not_judged{_labels(rule=rule)} {count}"
    for name, text, value in (
        ("grpc_locations", "Locations that carry gRPC.", result.grpc_locations),
        ("unread", "Texts and objects that are not judged.", len(result.unread)),
        ("waived", "Findings that are waived.", result.waived),
        ("failed", "1 where the check fails.", int(result.failed)),
        ("clean", "1 where nothing is found and all was judged.", int(_is_clean(result))),
    ):
        yield f"# HELP nginx_grpc_{name} {text}"
        yield f"# TYPE nginx_grpc_{name} gauge"
        yield f"nginx_grpc_{name} {value}"
    # Comments to Prometheus, for who reads the file.
    for told in (*summary.reasons(result), *summary.remarks(result), summary.headline(result)):
        yield f"# {printable.line(told)}"


def _is_clean(result: CheckResult) -> bool:
    return summary.verdict(result) == summary.CLEAN


def _labels(**values: str) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items()) + "}"


def _escaped(value: str) -> str:
    return printable.line(value).replace("\\", "\\\\").replace('"', '\\"')
