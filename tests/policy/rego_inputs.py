"""The documents that the Rego tests give to the policy, taken out of the tests themselves.

`with input as X` is found in the parsed tests; X is put into a rule of the same package, beside the
test's own helpers, and OPA evaluates it. What depends on a variable of the test can't be had so.
"""

from __future__ import annotations

import base64
import functools
import json
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
POLICY = ROOT / "policy"


@dataclass(frozen=True)
class Given:
    """One `with input as` of a test: its package, where it stands, and the value."""

    package: str
    at: str
    document: Any

    def __hash__(self) -> int:
        return hash(self.at)


@functools.cache
def given() -> tuple[Given, ...]:
    """Every input that can be evaluated by itself."""
    files = sorted(POLICY.rglob("*_test.rego"))
    parts = [part for part in map(_module, files) if part]
    query = "{" + ", ".join(f'"{one}": {one}.inputs_of_the_tests' for one, _ in parts) + "}"
    found = []
    for package, inputs in _evaluate([module for _, module in parts], query).items():
        found += [Given(package, entry["at"], entry["document"]) for entry in inputs]
    return tuple(sorted(found, key=lambda one: one.at))


@functools.cache
def expected() -> frozenset[str]:
    """Where the inputs stand that can be evaluated by themselves."""
    places: list[str] = []
    for file in sorted(POLICY.rglob("*_test.rego")):
        places += [at for at, _ in _inputs(file, _parse(file))]
    return frozenset(places)


def _module(file: pathlib.Path) -> tuple[str, str] | None:
    """The package and the text of a module with the inputs of one file of tests."""
    tree = _parse(file)
    inputs = list(_inputs(file, tree))
    if not inputs:
        return None
    package = ".".join(str(part["value"]) for part in tree["package"]["path"])
    imports = [_import(one) for one in tree.get("imports", [])]
    lines = [f"package {package.removeprefix('data.')}", *imports]
    for at, text in inputs:
        lines.append(
            f'inputs_of_the_tests contains {{"at": {json.dumps(at)}, "document": document}} if {{'
            f"\n\tdocument := {text}\n}}"
        )
    return package, "\n\n".join(lines)


def _import(node: dict[str, Any]) -> str:
    path = ".".join(str(part["value"]) for part in node["path"]["value"])
    return f"import {path} as {node['alias']}" if "alias" in node else f"import {path}"


def _inputs(file: pathlib.Path, tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and text of each `with input as` without a variable of the test in it."""
    known = {rule["head"]["name"] for rule in tree.get("rules", []) if "name" in rule["head"]}
    known |= {
        one.get("alias") or one["path"]["value"][-1]["value"] for one in tree.get("imports", [])
    }
    known |= {"data", "input"}
    seen = set()
    for with_ in _withs(tree.get("rules", [])):
        if [part["value"] for part in with_["target"]["value"]] != ["input"]:
            continue
        value = with_["value"]
        if _variables(value) <= known:
            where = value["location"]
            at = f"{file.relative_to(POLICY)}:{where['row']}:{where['col']}"
            if at not in seen:
                seen.add(at)
                yield at, _text(value)


def _withs(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("with", [])
        for child in node.values():
            yield from _withs(child)
    elif isinstance(node, list):
        for child in node:
            yield from _withs(child)


def _variables(term: Any) -> set[str]:
    """The names a term begins with; those of built-ins are left out."""
    if isinstance(term, list):
        return set().union(*map(_variables, term)) if term else set()
    if not isinstance(term, dict):
        return set()
    kind, value = term.get("type"), term.get("value")
    if kind == "var":
        return {str(value)}
    if kind == "ref" and isinstance(value, list):
        return {str(value[0]["value"])} | _variables(value[1:])
    if kind == "call" and isinstance(value, list):
        head = value[0]["value"]
        built_in = head[0]["value"] in {"object", "concat", "array", "json", "format_int"}
        return _variables(value[1:]) | (set() if built_in else {str(head[0]["value"])})
    if kind in {"objectcomprehension", "arraycomprehension", "setcomprehension"}:
        return {"a variable of the test"}
    return _variables(value)


def _text(node: dict[str, Any]) -> str:
    return base64.b64decode(node["location"]["text"]).decode()


@functools.cache
def _parse(file: pathlib.Path) -> Any:
    command = ["opa", "parse", "--format", "json", "--json-include", "locations", str(file)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _evaluate(modules: list[str], query: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for number, module in enumerate(modules):
            (pathlib.Path(folder) / f"inputs_{number}.rego").write_text(module)
        command = [
            "opa",
            "eval",
            "--data",
            str(POLICY),
            "--data",
            folder,
            "--format",
            "json",
            query,
        ]
        done = subprocess.run(command, check=True, capture_output=True)
    return json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
