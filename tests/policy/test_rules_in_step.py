"""The catalogue that the package ships says what the policy's annotations say."""

import json
import pathlib
import re
import shutil

import pytest

from nginx_grpc import catalogue, resources
from nginx_grpc.errors import Refused
from tools import build_rules

REMEDY = "an annotation has changed; run `make wasm` and commit the result"


@pytest.mark.engines
def test_the_catalogue_was_made_from_these_annotations():
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    policy = pathlib.Path(resources.policy_dir())
    assert build_rules.CATALOGUE.read_text() == build_rules.build(policy), REMEDY


def test_every_rule_of_the_policy_is_in_it():
    policy = pathlib.Path(resources.policy_dir())
    slugs = {path.name.replace("_", "-") for path in (policy / "rules").iterdir() if path.is_dir()}
    assert {rule.slug for rule in catalogue.rules()} == slugs, REMEDY


RULE = """# METADATA
# title: Title
# description: Description.
# scope: package
# custom:
#   id: {id}
#   item: 2
#   levels: {{checklist: deny, evidence: {level}}}
#   message: "a {{b}}"
#   fix: {{applicability: manual, why: "c"}}
package nginx.grpc.rules.{slug}
"""


@pytest.mark.engines
@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([], "no rule"),
        ([RULE.format(id="NG103", level="warm", slug="a")], "levels"),
        (
            [
                RULE.format(id="NG103", level="warn", slug="a").replace(
                    "title: Title", "organizations: [a]"
                )
            ],
            "title",
        ),
        ([RULE.format(id="NG103", level="warn", slug="a").replace("message", "mess")], "message"),
        ([RULE.format(id="NG103", level="warn", slug=slug) for slug in "ab"], "two rules"),
    ],
)
def test_words_that_are_missing_or_stand_twice_are_no_catalogue(rules, problem, tmp_path):
    policy = tmp_path / "policy"
    policy.mkdir()
    (policy / "other.rego").write_text("package nginx.grpc\n")
    for number, rule in enumerate(rules):
        (policy / f"{number}.rego").write_text(rule)
    with pytest.raises(ValueError, match=problem):
        build_rules.build(policy)


def test_a_rule_is_shown_by_id_and_by_slug():
    by_id = catalogue.show("ng103", "text", color=False, width=80)
    assert by_id == catalogue.show("keepalive-timeout", "text", color=False, width=80)
    assert by_id.startswith("NG103 keepalive-timeout\n")
    assert catalogue.page("docs/rules/NG103.md") in by_id
    assert max(map(len, by_id.splitlines()[2:-1])) <= 80
    assert json.loads(catalogue.show("NG103", "json", color=False, width=80))["id"] == "NG103"


def test_all_rules_are_listed():
    listed = catalogue.show(None, "text", color=False, width=80).splitlines()
    ids = [line.split()[0] for line in listed if re.match(r"NG\d{3} ", line)]
    assert ids == [rule.id for rule in catalogue.rules()]
    assert "\x1b[1m" in catalogue.show(None, "text", color=True, width=80)
    assert len(json.loads(catalogue.show(None, "json", color=False, width=80))) == len(ids)


def test_a_rule_that_there_is_not():
    with pytest.raises(Refused, match="no rule or symptom has NG999; "):
        catalogue.show("NG999", "text", color=False, width=80)


def test_what_is_filled_in_is_left_out_for_a_reader():
    for rule in catalogue.rules():
        for form in ("text", "json"):
            shown = catalogue.show(rule.id, form, color=False, width=80)
            assert not re.search(r"\{[a-z_]+\}", shown), shown
