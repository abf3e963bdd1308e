"""What the checklist profile says of one location, in the words of the labels."""

import copy
import io
import json
import time
from collections.abc import Iterator
from functools import cache

from nginx_grpc import documents, resources, sources
from nginx_grpc.engines.wasm import CompiledPolicy
from tests.corpus.filled import FILLED
from tests.corpus.samples import FILES, Sample

# The rules behind each label. Item 7 is one label and three rules; what a harmful page is worth to
# the label is not defined, so NG110 is left out of it.
RULES = {
    "1_scheme": ("NG101", "NG102"),
    "2_keepalive_timeout": ("NG103",),
    "3_keepalive": ("NG104",),
    "4_next_upstream": ("NG105",),
    "5_read_timeout": ("NG106",),
    "6_hc_or_tries": ("NG107",),
    "7_intercept_error_page": ("NG108", "NG109"),
    "http2": ("NG201",),
}
# The words of a verdict.
WORDS = {
    "fine": "the rule has nothing to say",
    "default": "nginx's default satisfies it; with `explicit: required` the rule speaks",
    "no pool": "no pool that is sure to be there, which NG104 says: nothing for NG103 to time",
    "fault": "the rule finds a fault",
    "unknown": "NG005: what the rule needs is not seen",
}
# What a label and a verdict have to say to agree.
AGREE = {
    ("ok", "fine"),
    ("missing", "fault"),
    ("unknown", "unknown"),
    ("yes", "fine"),
    ("no", "fault"),
}


def document(sample: Sample) -> dict:
    """The document of a sample, filled in if it is a template."""
    fill = FILLED.get(sample.file)
    if fill is None:
        configurations = sources.read([str(FILES / sample.file)], stdin=io.BytesIO())
    else:
        text = fill(sample.text.decode()).encode()
        configurations = sources.read(["-"], stdin=io.BytesIO(text))
    (built,) = documents.build(configurations)
    return built


def passes(built: dict) -> Iterator[dict]:
    """The locations whose own grpc_pass is in effect."""
    for server in built["servers"]:
        for location in server["locations"]:
            if location["grpc"]["carries"] == "pass" and location["own_handler"]:
                yield location


def alone(built: dict, identity: str) -> dict:
    """The document as if calls came to one location only, so that every finding is about it."""
    changed = copy.deepcopy(built)
    for server in changed["servers"]:
        ours = {identity}
        for location in server["locations"]:
            # An `if` that inherits grpc_pass is its location once more.
            if not location["own_handler"] and location["parent"] in ours:
                ours.add(location["id"])
            elif location["id"] not in ours:
                location["grpc"]["carries"] = "no"
    return changed


def located(built: dict, sample: Sample) -> list[dict]:
    """The location of the document for each labelled one: they come in one order.

    Some labels count their lines from another place in the file.
    """
    found = sorted(passes(built), key=lambda location: location["target"]["line"])
    wanted = sorted(sample.locations, key=lambda labelled: labelled.line)
    assert [location["name"] for location in found] == [labelled.path for labelled in wanted]
    pairs = zip(found, wanted, strict=True)
    assert len({location["target"]["line"] - labelled.line for location, labelled in pairs}) == 1
    by_line = {each.line: location for each, location in zip(wanted, found, strict=True)}
    return [by_line[labelled.line] for labelled in sample.locations]


def verdicts(built: dict, location: dict) -> dict[str, str]:
    """The word of the checklist profile for each label: see WORDS."""
    here = alone(built, location["id"])
    found = _states(decide(here, {}))
    in_writing = _states(decide(here, {"explicit": "required"}))
    for label, state in found.items():
        if state == "fine" and in_writing[label] == "fault":
            found[label] = "default"
    if found["2_keepalive_timeout"] == "fine" and found["3_keepalive"] == "fault":
        found["2_keepalive_timeout"] = "no pool"
    return found


def _states(decision: dict) -> dict[str, str]:
    faults = {
        finding["id"]
        for finding in decision["deny"] + decision["warn"]
        if finding["outcome"] == "fault"
    }
    unknown = {rule["id"] for rule in decision["rules"] if rule["outcome"] == "unknown"}
    states = {}
    for label, rules in RULES.items():
        if faults.intersection(rules):
            states[label] = "fault"
        else:
            states[label] = "unknown" if unknown.intersection(rules) else "fine"
    return states


def decide(built: dict, settings: dict[str, str]) -> dict:
    """The policy's decision."""
    text = json.dumps({**built, "settings": settings}).encode()
    decision = _policy().evaluate("nginx/grpc/decision", text)
    assert decision["rules"], decision
    return decision


@cache
def _policy() -> CompiledPolicy:
    return CompiledPolicy(resources.policy_wasm(), {}, {"time.now_ns": time.time_ns})
