"""Whatever an engine answers, only a whole decision is taken for one."""

import copy

import pytest

from nginx_grpc.engines.interface import read_decision
from nginx_grpc.errors import Refused
from tests.unit.client.fake_opa import FINDING

DENIED = {
    "schema_version": 2,
    "allow": False,
    "deny": [FINDING],
    "warn": [],
    "waived": [{**FINDING, "level": "warn", "waiver": {"owner": "payments", "reason": "r"}}],
    "not_judged": [
        {
            "rule": "NG103",
            "reason": "a variable",
            "at": {"file": "nginx.conf", "line": 3, "key": ""},
        }
    ],
    "rules": [{"id": "NG103", "outcome": "unknown"}],
}


def test_a_whole_decision_is_read():
    decision = read_decision(DENIED, "test")
    assert [(f.id, f.line, f.waived and f.waived["owner"]) for f in decision.findings] == [
        ("NG103", 3, None),
        ("NG103", 3, "payments"),
    ]
    assert decision.rules == ["NG103"]


@pytest.mark.parametrize("value", [None, {}, [], "true", True, 1, {"allow": True}])
def test_what_is_no_decision_is_refused(value):
    with pytest.raises(Refused, match="gave no decision"):
        read_decision(value, "test")


def paths(value, prefix=()):
    """Every key and index of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*prefix, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*prefix, key))


UNREAD = {("waived", 0, "waiver", "owner"), ("waived", 0, "waiver", "reason")}


@pytest.mark.parametrize("path", sorted(set(paths(DENIED)) - UNREAD, key=str), ids=str)
@pytest.mark.parametrize("change", ["remove", "mistype"])
def test_one_field_lost_or_mistyped_is_refused_or_still_denied(path, change):
    value = copy.deepcopy(DENIED)
    *way, last = path
    inner = value
    for key in way:
        inner = inner[key]
    if change == "remove":
        del inner[last]
    else:
        inner[last] = 1.5
    try:
        decision = read_decision(value, "test")
    except Refused:
        return
    assert any(f.level == "deny" and f.waived is None for f in decision.findings)


def test_allow_beside_a_deny_is_a_contradiction():
    with pytest.raises(Refused, match="contradict"):
        read_decision({**DENIED, "allow": True}, "test")


def test_what_kept_the_rules_from_running_is_denied():
    malformed = {**FINDING, "id": "NG003", "slug": "settings"}
    decision = read_decision(
        {**DENIED, "deny": [malformed], "waived": [], "not_judged": [], "rules": []}, "test"
    )
    assert [f.id for f in decision.findings] == ["NG003"]
    assert decision.rules == []


def test_no_rule_run_is_no_clean_verdict():
    clean = {**DENIED, "allow": True, "deny": [], "waived": [], "rules": []}
    with pytest.raises(Refused, match="no rule ran"):
        read_decision(clean, "test")
