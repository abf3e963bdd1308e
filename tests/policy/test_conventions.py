"""The policy keeps its conventions, and the linter that says so notices what it is for."""

import functools
import json
import pathlib
import subprocess

import pytest

from nginx_grpc import resources
from tests.policy.rego_inputs import ROOT

pytestmark = pytest.mark.engines

CONVENTIONS = pathlib.Path(__file__).with_name("conventions")
# What a value of the policy's own may lack.
OWN_OPTIONAL = {"value", "doubt", "size", "cause", "waiver"}


def run(*command, cwd=ROOT, given=None):
    done = subprocess.run(command, cwd=cwd, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def looked_at(folder):
    """What the linter looks at: annotations and parsed modules of the Rego below a folder."""
    files = sorted(path.relative_to(folder.parent) for path in folder.rglob("*.rego"))
    parse = ("opa", "parse", "--format", "json", "--json-include", "locations")
    modules = {str(file): run(*parse, str(file), cwd=folder.parent) for file in files}
    inspect = ("opa", "inspect", "--annotations", "--format", "json", folder.name)
    return {
        "inspected": run(*inspect, cwd=folder.parent),
        "modules": modules,
        "optional": sorted(optional() | OWN_OPTIONAL),
    }


@functools.cache
def optional():
    """The names of fields that some object of a document may lack."""
    with open(resources.schema_path("document"), encoding="utf-8") as file:
        schema = json.load(file)
    names = set()

    def collect(node):
        if isinstance(node, dict):
            properties = node.get("properties", {})
            # In a setting the optional `value` of another kind of object is always there.
            names.update(name for name in properties if name not in node.get("required", []))
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    collect(schema)
    # `settings` is optional at the top of a document alone, where no rule reads it.
    return names - {"settings"}


def lint(given):
    query = "data.conventions.annotations.found | data.conventions.modules.found"
    command = ("opa", "eval", "--data", str(CONVENTIONS), "--stdin-input", "--format", "json")
    answer = run(*command, query, given=json.dumps(given))
    return sorted(answer["result"][0]["expressions"][0]["value"])


def test_the_policy_keeps_them():
    assert lint(looked_at(ROOT / "policy")) == []


def test_the_linter_itself_is_formatted_and_strict():
    listed = subprocess.run(["opa", "fmt", "--list", str(CONVENTIONS)], capture_output=True)
    assert listed.stdout == b""
    subprocess.run(["opa", "check", "--strict", str(CONVENTIONS)], check=True)


RULE = """# METADATA
# title: A title
# description: One sentence. Another sentence.
# custom:
#   harm: some
#   id: NG901
#   item: 1
#   levels: {checklist: deny, evidence: warn}
#   message: "says {what}"
#   directive: keepalive
#   fix:
#     applicability: unsafe
#     why: it is assumed
#     edits: [{op: set, in: upstream, name: keepalive, args: ["{what}"]}]
#   variants:
#     later:
#       when: something else holds
#       fix: {applicability: manual, why: "who is to say"}
#     weak:
#       when: something holds
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
package nginx.grpc.rules.a_rule

findings contains {"what": input.what} if input.what in {"a", "b"}
"""


def planted(tmp_path, rule=RULE, name="a_rule", **others):
    """A policy of one rule and other modules, given by file name."""
    folder = tmp_path / "policy"
    (folder / "rules" / name).mkdir(parents=True)
    (folder / "rules" / name / f"{name}.rego").write_text(rule)
    for file, text in others.items():
        (folder / f"{file}.rego").write_text(text)
    return lint(looked_at(folder))


def test_a_rule_in_order(tmp_path):
    assert planted(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: A title", "organizations: [a]", "lacks title"),
        ("description: One sentence. Another sentence.", "organizations: [a]", "lacks description"),
        ("One sentence. Another sentence.", "One sentence.", "fewer than two sentences"),
        ("id: NG901", "id: NG91", "no id of the form"),
        ("item: 1", "item: 8", "no item of the checklist"),
        ("item: 1", "item: 0", "no item of the checklist"),
        ("item: 1", "security: high", "no security from 0 to 10"),
        ("evidence: warn}\n#   message", "evidenz: warn}\n#   message", "main has no level"),
        ("checklist: deny", "checklist: error", "main has no level"),
        ("#   fix:", "#   cure:", "main has no fix"),
        ("applicability: unsafe", "applicability: perhaps", "main has no fix"),
        (
            'applicability: manual, why: "who',
            'applicability: safe, was: "who',
            "later has a fix with",
        ),
        ("why: it is assumed", 'why: ""', "main has no fix"),
        ("op: set", "op: put", "has no such edit"),
        ("in: upstream", "at: upstream", "has no such edit"),
        ("in: upstream", "in: somewhere", "has no such edit"),
        ('args: ["{what}"]', 'args: ["{whom}"]', "never fills whom"),
        ("when: something holds", 'when: ""', "weak does not say when"),
        ("#       cap", "#       kap", "weak has an unknown key kap"),
        ("checklist: warn", "checklist: deny", "weak is a deny that is capped"),
        ("says {what}", "says {whom}", "never fills whom"),
        ("item: 1", "severity: high", "has an unknown key severity"),
        ("rules.a_rule", "rules.another", "not in the folder of its package"),
    ],
)
def test_annotations_out_of_order(tmp_path, old, new, says):
    assert old in RULE
    assert any(says in found for found in planted(tmp_path, RULE.replace(old, new)))


def test_no_annotation(tmp_path):
    bare = RULE[RULE.index("package") :]
    assert any("has no annotation" in found for found in planted(tmp_path, bare))


def test_two_rules_of_one_id(tmp_path):
    (tmp_path / "policy" / "rules" / "b_rule").mkdir(parents=True)
    second = tmp_path / "policy" / "rules" / "b_rule" / "b_rule.rego"
    second.write_text(RULE.replace("a_rule", "b_rule"))
    assert any("an id that another rule has" in found for found in planted(tmp_path))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('x := sprintf("%v", [input.a])', "calls sprintf"),
        ("x if { json.match_schema(input, {})[0] }", "calls json.match_schema"),
        ("x contains y if walk(input, [_, y])", "calls walk"),
        ('x if input.a in {"a", input.b}', "more than constants"),
        ('x if { z := input.b; input.a in ["a", z] }', "more than constants"),
        ('x := {y | some y in input.a; y in {"a", input.b}}', "more than constants"),
        ("f(1) := 2\n\nf(2) := 3", "two bodies of the function f"),
        ("x if not startswith(input.why, `a`)", "a field that may be missing: why"),
        ("x if { y := input.z; not y.ms >= 3 }", "a field that may be missing: ms"),
        ("x if { y := input.z; not y.gap in {1, 2} }", "a field that may be missing: gap"),
        ("deny contains 1 if input.a", "a rule that conftest would read: deny"),
        ("warn_a contains 1 if input.a", "a rule that conftest would read: warn_a"),
        ("test_a if input.a", "a test in a file of the policy"),
    ],
)
def test_modules_out_of_order(tmp_path, body, says):
    found = planted(tmp_path, other=f"package nginx.grpc.lib.other\n\n{body}\n")
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    "body",
    [
        'x if input.a in {"a", "b"}',
        "x if { y := {1, input.b}; input.a in y }",
        "x := [y | some y in [1, input.b]]",
        "f(x) := 2 if {\n\tx == 1\n} else := 3",
        "x if { y := input.z; not y.ms == 3 }",
        "x if { y := input.z; not y.ms }",
        "x if not startswith(input.name, `a`)",
    ],
)
def test_modules_in_order(tmp_path, body):
    assert planted(tmp_path, other=f"package nginx.grpc.lib.other\n\n{body}\n") == []


def test_tests_out_of_order(tmp_path):
    text = "package nginx.grpc.lib.other_test\n\ntest_a if input.a\n\ntest_a if input.b\n"
    found = planted(tmp_path, other_test=text + "\ntodo_test_b if input.c\n")
    assert any("two tests of the name test_a" in one for one in found)
    assert any("puts off a test" in one for one in found)
