"""The settings file as a text: a commented one to start from, and where in one a fault stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nginx_grpc import documents, settings, settings_chain
from nginx_grpc.findings import Finding
from nginx_grpc.records import replace

__all__ = ["TEMPLATE", "lines", "located", "merged", "problems"]

TEMPLATE = """\
# What nginx's text can't say: which nginx will run it, and what the gRPC servers behind it do.
# The same file goes to `nginx-grpc check --settings`, `conftest test --data` and an OPA server.
# Every line is optional: take off the # of those that you want. Quote versions and dates.
nginx_grpc:

  # Another file of this checkout, from this file's folder; what is said here goes before it, and
  # what that one forbids holds. nginx-grpc alone follows it: others take what
  # `nginx-grpc settings --merged FILE` prints.
  #extends: ../platform/nginx-grpc.yaml

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


def problems(path: str, overlay: Mapping[str, bytes] | None = None) -> list[Finding]:
    """What is wrong with a settings file, each at its line. Raises Refused where it is none.

    `overlay`: see ReadOptions.
    """
    from nginx_grpc.engines import by_name

    given, files = settings_chain.load(path, overlay)
    (decision,) = by_name("embedded").decide([documents.empty(given)], given)
    # With nothing to judge every waiver accepts nothing, and every upstream is one of nowhere.
    found = (
        finding
        for finding in decision.findings
        if finding.id in ("NG003", "NG004") and finding.level == "deny"
    )
    return sorted(
        located(found, [(each, settings.text_of(each, overlay)) for each in files]),
        key=Finding.order,
    )


def merged(path: str) -> str:
    """A settings file and those that it extends as one, which conftest and OPA can take: JSON,
    which is YAML. Raises Refused where it is none."""
    given, _ = settings_chain.load(path)
    return json.dumps({settings.KEY: given}, indent=2) + "\n"


def located(
    findings: Iterable[Finding], files: Sequence[tuple[str, str | None]]
) -> Iterator[Finding]:
    """Findings, with those about the settings, of which the policy sees no file, at their lines.

    Args:
        findings: those of the policy.
        files: the settings file, then those that it extends, each with its text; None to read it.
    """
    known: list[tuple[str, dict[str, int]]] | None = None
    for finding in findings:
        if not finding.setting:
            yield finding
            continue
        if known is None:
            known = [
                (file, lines(settings.text_of(file) if text is None else text))
                for file, text in files
            ]
        path, line = _place(finding.setting, known)
        msg = finding.msg.replace(f"{finding.file}:{finding.line}", f"{path}:{line}", 1)
        yield replace(finding, file=path, line=line, msg=msg)


def _place(setting: str, files: list[tuple[str, dict[str, int]]]) -> tuple[str, int]:
    """The file and the line of a setting; where it is one that is missing, of what it should stand
    in."""
    while setting:
        for file, numbers in files:
            if setting in numbers:
                return file, numbers[setting]
        setting = setting[: max(setting.rfind("."), setting.rfind("["), 0)]
    return files[0][0], 1


def lines(text: str) -> dict[str, int]:
    """The line of each setting, by the path that the policy has for it."""
    import yaml

    tree = yaml.compose(text, Loader=yaml.SafeLoader)
    found: dict[str, int] = {}
    for key, value in tree.value if isinstance(tree, yaml.MappingNode) else ():
        if key.value == settings.KEY:
            _walk(value, "", found)
    return found


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
