"""Each line and message that the live tests recorded of a rule's fault leads to that rule.

With the configuration that it was recorded under, the rule is the first cause, or confirmed beside
others that are; without one it is among the causes.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nginx_grpc.check import check
from nginx_grpc.documents import build
from nginx_grpc.engines import by_name
from nginx_grpc.explain.groups import Groups
from nginx_grpc.explain.judged import Judged
from nginx_grpc.explain.recognition import Recogniser
from nginx_grpc.explain.verdicts import LineAlone
from nginx_grpc.settings_search import Given
from nginx_grpc.sources import ReadOptions, read

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "evidence").glob("NG*.json"))
# The words of the error page, and of the server that was asked to fail.
OWN_WORDS = ("greeter is down", "as ordered")


def seen(record: dict, stage: dict) -> Iterator[str]:
    """What was seen under a fault: lines of the error log, clients' messages, `nginx -t`."""
    yield from stage["log"]
    if record["rule"].startswith("NG5"):  # what a version does not know is theirs
        yield from (f"nginx: {line}" for line in stage.get("nginx -t", ()))
    for client in stage["clients"]:
        if set(client["calls"]) - {"OK"} and client["message"]:
            yield client["message"]


def stages() -> Iterator[pytest.param]:
    for path in RECORDS:
        record = json.loads(path.read_text())
        known = set()
        for story in record["stories"]:
            for number, stage in enumerate(story["denied"]):
                lines = tuple(line for line in seen(record, stage) if line not in OWN_WORDS)
                key = (stage["conf"], lines)
                if lines and key not in known:
                    known.add(key)
                    name = f"{record['rule']}-{story['story']}-{story['nginx']}-{number}"
                    yield pytest.param(record["rule"], stage, story["nginx"], lines, id=name)


@pytest.fixture(scope="module")
def engine():
    return by_name("embedded")


@pytest.mark.parametrize(("rule", "stage", "version", "lines"), [*stages()])
def test_a_recorded_line_leads_to_its_rule(rule, stage, version, lines, engine, tmp_path) -> None:
    judged = judge(stage, version, engine, tmp_path)
    for line in lines:
        alone = first_candidates(line, LineAlone())
        assert rule in [each["id"] for each in alone], (line, "without a configuration")
        candidates = first_candidates(line, judged)
        confirmed = [each["id"] for each in candidates if each["state"] == "confirmed"]
        # A client's message names no location: there the findings are told, none is confirmed.
        told = [each["id"] for each in candidates if each["finding"] is not None]
        first = [candidates[0]["id"]]
        assert rule in (confirmed or (told if rule[2] == "6" else first)), (line, "with it")


def judge(stage: dict, version: str, engine, folder: Path) -> Judged:
    words = {"GREETER": "10.0.0.9:9000", "SOCKET": "unix:/run/greeter"}
    names = sorted(set(re.findall(r"\bLISTEN[A-Z0-9_]*\b", stage["conf"])))
    words.update((name, f"127.0.0.1:{8080 + number}") for number, name in enumerate(names))
    conf = re.sub(
        r"\b(?:GREETER|SOCKET|LISTEN[A-Z0-9_]*)\b",
        lambda found: words[found[0]],
        stage["conf"],
    )
    if conf.startswith("apiVersion:"):
        path = folder / "greeter.yaml"
        path.write_text(conf)
    else:
        path = folder / "greeter.conf"
        path.write_text("events {}\nhttp {\n" + conf + "\n}\n")
    (configuration,) = read([str(path)], options=ReadOptions(), stdin=None)
    settings = Given({**stage["settings"], "nginx_version": version})
    (document,) = build([configuration], settings=settings.values)
    result = check([configuration], engine, settings_of=lambda _: settings)
    return Judged([document], result, [settings.values])


def first_candidates(line: str, verdicts) -> list[dict]:
    from nginx_grpc.explain.explanation import Explanation

    groups = Groups()
    groups.add(Recogniser().see(line))
    (group,) = Explanation.of(groups, verdicts, []).groups or [
        {"candidates": [{"id": None, "state": "unknown"}]}
    ]
    return group["candidates"]
