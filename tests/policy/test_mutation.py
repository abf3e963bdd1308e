"""The Rego tests notice when a rule is wrong: a sample of all the ways that mutation tries.

`make mutation` tries them all. MUTATION_SEED chooses another sample.
"""

import os
import random
import shutil

import pytest

from tests.policy.mutation import compiling, mutants, survivors, trial
from tests.policy.mutation.policy import Policy

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(
        shutil.which("opa") is None, reason="OPA is not installed; run `make setup`"
    ),
]

SEED = int(os.environ.get("MUTATION_SEED", "1"))
SAMPLE = 20


@pytest.fixture(scope="module")
def policy():
    return Policy()


@pytest.fixture(scope="module")
def every(policy):
    return mutants.of_policy(policy)


def test_a_sample_is_noticed(policy, every):
    recorded = set(survivors.mutants(survivors.load()))
    chosen = random.Random(SEED).sample([one for one in every if one not in recorded], SAMPLE)
    tried = list(compiling.compiling(policy, chosen))
    assert len(tried) > SAMPLE / 2
    alive, _ = trial.run(policy, tried)
    assert not alive, "\n".join(["no test notices:", *map(str, alive)])


def test_what_is_recorded_as_not_noticed_is_there(every):
    lines = {mutant: mutant.line for mutant in every}
    groups = survivors.load()
    recorded = list(survivors.mutants(groups))
    assert len(recorded) == len(set(recorded))
    for group in groups:
        assert group.kind in survivors.KINDS
        assert group.why
    gone = [f"{mutant} ({mutant.rule})" for mutant in recorded if mutant not in lines]
    assert not gone, "\n".join(["a recorded survivor is no mutant any more:", *gone])
    moved = [mutant for mutant in recorded if mutant.line != lines[mutant]]
    assert not moved, "run `python -m tests.policy.mutation --lines` and commit the result"
    assert survivors.FILE.read_text() == survivors.dump(groups)


RULE = """package nginx.grpc.rules.ports

# METADATA
# title: one, == and "two" in a comment are no code
low contains port if {
	some port in input.ports
	port < 1024
	not port in {22, 80}
}

high(port) := "high" if {
	port > 1024
} else := "ephemeral" if port > 32767

_first := [input.ports[0], -1]

_least := {"a": 1, "b": 2}[input.name]

default open := false
"""
TEST = """package nginx.grpc.rules.ports_test

import data.nginx.grpc.rules.ports

test_low if {
	ports.low == {443} with input as {"ports": [22, 443, 1024, 8080]}
	not ports.open
}
"""


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "rules" / "ports"
    folder.mkdir(parents=True)
    (folder / "ports.rego").write_text(RULE)
    (folder / "ports_test.rego").write_text(TEST)
    return Policy(tmp_path)


def told(found):
    return {(one.line, one.kind, one.before, one.after) for one in found}


def test_every_kind_of_change_is_made(small):
    found = mutants.of_policy(small)
    assert told(found) == {
        (6, "branch never taken", "some port in input.ports", "false; some port in input.ports"),
        (6, "expression dropped", "some port in input.ports", "true"),
        (6, "collection emptied", "input.ports", "[]"),
        (7, "expression dropped", "port < 1024", "true"),
        (7, "operator changed", "<", "<="),
        (7, "operator changed", "<", ">="),
        (7, "number changed", "1024", "1025"),
        (8, "expression dropped", "not port in {22, 80}", "true"),
        (8, "condition negated", "not port in {22, 80}", "port in {22, 80}"),
        (8, "number changed", "22", "23"),
        (8, "number changed", "80", "81"),
        (8, "member removed", "22,", ""),
        (8, "member removed", ", 80", ""),
        (11, "text changed", '"high"', '"high~"'),
        (12, "branch never taken", "port > 1024", "false; port > 1024"),
        (12, "expression dropped", "port > 1024", "true"),
        (12, "operator changed", ">", ">="),
        (12, "operator changed", ">", "<="),
        (12, "number changed", "1024", "1025"),
        (13, "text changed", '"ephemeral"', '"ephemeral~"'),
        (13, "branch never taken", "port > 32767", "false; port > 32767"),
        (13, "expression dropped", "port > 32767", "true"),
        (13, "operator changed", ">", ">="),
        (13, "operator changed", ">", "<="),
        (13, "number changed", "32767", "32768"),
        (15, "number changed", "0", "1"),
        (15, "number changed", "-1", "0"),
        (15, "member removed", "input.ports[0],", ""),
        (15, "member removed", ", -1", ""),
        (17, "number changed", "1", "2"),
        (17, "number changed", "2", "3"),
        (17, "member removed", '"a": 1,', ""),
        (17, "member removed", ', "b": 2', ""),
        (19, "boolean changed", "false", "true"),
    }


def test_what_is_no_rego_is_left_out(small):
    found = mutants.of_policy(small)
    left = told(found) - told(compiling.compiling(small, found))
    assert left == {(6, "expression dropped", "some port in input.ports", "true")}


def test_what_the_tests_do_not_say_lives(small):
    tried = list(compiling.compiling(small, mutants.of_policy(small)))
    alive = told(trial.run(small, tried).alive)
    # 80 is in no input of the test, and nothing runs what stands below `low`.
    assert alive == {one for one in told(tried) if one[0] in range(10, 19)} | {
        (8, "number changed", "80", "81"),
        (8, "member removed", ", 80", ""),
    }
