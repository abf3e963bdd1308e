"""What is compared: the document and the findings, apart from places."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from functools import cache
from typing import Any

from nginx_grpc import model, resources
from nginx_grpc.engines.wasm import CompiledPolicy
from nginx_grpc.tree import Configuration

# Lines, columns and files, and the number of fields, which counts them.
PLACES = {"file", "line", "column", "key", "covers", "fields"}
# These count what stands in a file, and mend all of it.
_PER_FILE = ("NG501", "NG502")
_IN_FILE = re.compile(r" \(\d+ in this file\)")
# A remedy says where its lines go, and where a server stands; edits go by the order of the text.
_PLACE = re.compile(r"^# in \S+:\d+\n| \(line \d+\)| \(/\S*\.conf:\d+\)", re.MULTILINE)
# Each makes other rules speak, and others see a change of a value.
SETTINGS: list[dict[str, Any]] = [
    {"inline_waivers": "allow"},
    {"profile": "evidence", "nginx_version": "1.22.1"},
    {
        "nginx_version": "1.31.3",
        "explicit": "required",
        "workers": 4,
        "largest_request": "8m",
        "grpc": {
            "default": {
                "max_connection_age": "2m",
                "max_connection_idle": "40s",
                "expected_concurrency": 400,
                "longest_silence": "20m",
                "streaming": "bidi",
                "metadata": ["x_request_id", "tenant.name"],
            }
        },
    },
]


def documents(configurations: list[Configuration]) -> list[dict[str, Any]]:
    """The documents as the bridge makes them."""
    return [model.build(configuration) for configuration in configurations]


def without_places(value: Any, folder: str, *, reasons: bool = True) -> Any:
    """A document without places; texts that name the folder of the files lose it.

    Without `reasons`, which include was not read and why is left out too: a dump and a ConfigMap
    have other names and reasons than a folder.
    """
    if isinstance(value, dict):
        if "context" in value and "entry" in value:
            return value["context"]
        if "features" in value:
            value = {**value, "features": _in_all_files(value["features"])}
        dropped = PLACES if reasons else PLACES | {"reason", "what"}
        return {
            name: without_places(inner, folder, reasons=reasons)
            for name, inner in value.items()
            if name not in dropped
        }
    if isinstance(value, list):
        return [without_places(inner, folder, reasons=reasons) for inner in value]
    return value.replace(folder, "") if isinstance(value, str) else value


def _in_all_files(features: list[dict[str, Any]]) -> list[Any]:
    """The document counts a feature in each file."""
    counts: Counter[str] = Counter()
    for feature in features:
        counts[feature["name"]] += feature["count"]
    return sorted(counts.items())


def findings(built: list[dict[str, Any]], folder: str, *, words: bool = True) -> list[Any]:
    """What the policy says under each of SETTINGS: rules, levels, names, and their words."""
    return [
        [_findings(document, settings, folder, words) for document in built]
        for settings in SETTINGS
    ]


def difference(found: Any, wanted: Any, path: str = "") -> list[str]:
    """The places where two values differ, at most ten, for a reader."""
    if isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        inner = [difference(found[name], wanted[name], f"{path}.{name}") for name in found]
    elif isinstance(found, (list, tuple)) and isinstance(wanted, (list, tuple)):
        if len(found) == len(wanted):
            inner = [
                difference(one, other, f"{path}[{number}]")
                for number, (one, other) in enumerate(zip(found, wanted, strict=True))
            ]
        else:
            more = [f"{path}: more: {item}" for item in found if item not in wanted]
            less = [f"{path}: less: {item}" for item in wanted if item not in found]
            inner = [more, less or [f"{path}: {len(found)} for {len(wanted)}"]]
    else:
        inner = [] if found == wanted else [[f"{path}: {found!r} for {wanted!r}"]]
    return [line for lines in inner for line in lines][:10]


def _findings(document: dict[str, Any], settings: dict[str, Any], folder: str, words: bool) -> Any:
    text = json.dumps({**document, "settings": settings}).encode()
    decision = _policy().evaluate("nginx/grpc/decision", text)
    names = ["id", "level", "outcome", "server", "location", "upstream"]
    names += ["message", "remedy"] if words else []
    found = {
        (kind, *(_IN_FILE.sub("", finding[name].replace(folder, "")) for name in names))
        for kind in ("deny", "warn", "waived")
        for finding in map(_without_place, decision[kind])
    }
    return decision["allow"], sorted(found), decision["rules"]


def _without_place(finding: dict[str, Any]) -> dict[str, Any]:
    if finding["id"] in _PER_FILE:
        return {**finding, "remedy": ""}
    lines = sorted(_PLACE.sub("", finding["remedy"]).splitlines())
    return {**finding, "remedy": "\n".join(lines)}


@cache
def _policy() -> CompiledPolicy:
    return CompiledPolicy(resources.policy_wasm(), {}, {"time.now_ns": time.time_ns})
