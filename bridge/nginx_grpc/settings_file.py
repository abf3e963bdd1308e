"""The settings file as a text: a commented one to start from, and where in one a fault stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nginx_grpc import documents, settings
from nginx_grpc.findings import Finding

__all__ = ["TEMPLATE", "located", "problems"]

TEMPLATE = """\
# What nginx's text can't say: which nginx will run it, and what the gRPC servers behind it do.
# The same file goes to `nginx-grpc check --settings`, `conftest test --data` and an OPA server.
# Every line is optional: take off the # of those that you want. Quote versions and dates.
nginx_grpc:

  # checklist: the published checklist as written. evidence: deny only what fails a client.
  profile: checklist

  # The nginx that will run this. Without it, what depends on the version is not judged.
  #nginx_version: "1.30.3"

  # worker_processes, where a pool is shared out among them.
  #workers: 4

  # required: what holds only by nginx's default is a warning.
  #explicit: advised

  # The largest request message or upload.
  #largest_request: 4m

  # forbid: waivers count only here, not in comments of a configuration.
  #inline_waivers: allow

  # deny: what could not be seen (a missing include, a variable) fails the check.
  #not_judged: warn

  # What the gRPC servers do: for all of them, and by upstream where one differs.
  #grpc:
  #  default:
  #    max_connection_age: 30s
  #    max_connection_idle: 5m
  #    longest_silence: 300s
  #    expected_concurrency: 50
  #    # none, server, client or bidi
  #    streaming: server
  #    metadata: [x-request-id]
  #    request_metadata: 4096
  #    response_metadata: 4096
  #    path_prefixes: [/api/]
  #  upstreams:
  #    orders:
  #      max_connection_age: 1h

  # The level of a rule: deny, warn or off. `nginx-grpc rules` lists them.
  #levels:
  #  NG205: warn

  # Findings that are accepted for a time. server, location and upstream are exact names,
  # file is a pattern (*, ** and ?). What is not said may be any.
  #waivers:
  #  - id: NG205
  #    upstream: orders
  #    reason: why it is accepted
  #    owner: who answers for it
  #    expires: "2027-03-01"
  #  - id: NG104
  #    file: conf.d/*.conf
  #    server: api.internal
  #    location: /shop.Orders/
  #    reason: why it is accepted
  #    owner: who answers for it
  #    expires: "2027-03-01"
"""


def problems(path: str) -> list[Finding]:
    """What is wrong with a settings file, each at its line. Raises Refused where it is none."""
    from nginx_grpc.engines import by_name

    given = settings.load(path)
    (decision,) = by_name("embedded").decide([documents.empty(given)], given)
    # With nothing to judge every waiver accepts nothing, and every upstream is one of nowhere.
    found = (
        finding
        for finding in decision.findings
        if finding.id in ("NG003", "NG004") and finding.level == "deny"
    )
    return sorted(located(found, path), key=Finding.order)


def located(findings: Iterable[Finding], path: str, text: str | None = None) -> Iterator[Finding]:
    """Findings, with those about the settings, of which the policy sees no file, at their lines.

    Args:
        findings: those of the policy.
        path: the settings file.
        text: its text; None to read it.
    """
    lines: dict[str, int] | None = None
    for finding in findings:
        if not finding.setting:
            yield finding
            continue
        if lines is None:
            lines = _lines(settings.text_of(path) if text is None else text)
        line = _line(finding.setting, lines)
        msg = finding.msg.replace(f"{finding.file}:{finding.line}", f"{path}:{line}", 1)
        yield replace(finding, file=path, line=line, msg=msg)


def _line(setting: str, lines: dict[str, int]) -> int:
    """The line of a setting; where it is one that is missing, that of what it should stand in."""
    while setting and setting not in lines:
        setting = setting[: max(setting.rfind("."), setting.rfind("["), 0)]
    return lines.get(setting, 1)


def _lines(text: str) -> dict[str, int]:
    """The line of each setting, by the path that the policy has for it."""
    import yaml

    tree = yaml.compose(text, Loader=yaml.SafeLoader)
    lines: dict[str, int] = {}
    for key, value in tree.value if isinstance(tree, yaml.MappingNode) else ():
        if key.value == settings.KEY:
            _walk(value, "", lines)
    return lines


def _walk(node: Any, name: str, lines: dict[str, int]) -> None:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{name}.{key.value}" if name else key.value
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            inner = f"{name}[{number}]"
            lines[inner] = item.start_mark.line + 1
            _walk(item, inner, lines)
