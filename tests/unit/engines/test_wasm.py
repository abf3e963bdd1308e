"""A compiled policy is asked as OPA would ask it; whatever goes wrong in it is an error."""

import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from nginx_grpc.engines.wasm import CompiledPolicy, PolicyAborted

pytestmark = pytest.mark.engines

OPA = Path(__file__).parents[3] / ".tools" / "bin" / "opa"
POLICY = """package p

sum := input.a + data.b

undefined if input.nothing

conflict := 1 if input.a

conflict := 2 if input.a

now := time.now_ns()

many := count([1 | some i in numbers.range(1, input.a); some j in numbers.range(1, i); i == j])

longer := concat(",", [text |
	some i in numbers.range(1, 2000)
	text := concat("", ["é", input.text])
])
"""
RULES = ("sum", "undefined", "conflict", "now", "many", "longer")


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy")
    (folder / "p.rego").write_text(POLICY)
    entries = [part for rule in RULES for part in ("-e", f"p/{rule}")]
    built = folder / "bundle.tar.gz"
    subprocess.run([OPA, "build", "-t", "wasm", *entries, "-o", built, folder], check=True)
    subprocess.run(["tar", "xzf", built, "-C", folder, "/policy.wasm"], check=True)
    return (folder / "policy.wasm").read_bytes()


@pytest.fixture
def policy(module):
    return CompiledPolicy(module, {"b": 2}, {"time.now_ns": lambda: 1_700_000_000_000_000_001})


def ask(policy, rule, **document):
    return policy.evaluate(f"p/{rule}", json.dumps(document).encode())


def test_input_and_data_meet(policy):
    assert [ask(policy, "sum", a=a) for a in (1, 40)] == [3, 42]


def test_undefined_is_none(policy):
    assert ask(policy, "undefined", a=1) is None


def test_the_host_tells_the_time_to_the_nanosecond(policy):
    assert ask(policy, "now") == 1_700_000_000_000_000_001


def test_a_conflict_is_an_error_and_the_next_question_is_answered(policy):
    with pytest.raises(PolicyAborted, match="conflict"):
        ask(policy, "conflict", a=1)
    assert ask(policy, "sum", a=1) == 3


def test_a_built_in_that_the_host_lacks_is_an_error(module):
    with pytest.raises(PolicyAborted, match=r"time\.now_ns"):
        ask(CompiledPolicy(module, {}, {}), "now")


def test_an_input_and_an_answer_of_many_pages(policy):
    text = "x" * 3_000
    assert len(ask(policy, "longer", text=text, padding="y" * 5_000_000)) == 2000 * 3002 - 1


def test_what_is_no_policy_is_an_error():
    with pytest.raises(PolicyAborted):
        CompiledPolicy(b"\0asm\1\0\0\0", {}, {})
    with pytest.raises(PolicyAborted):
        CompiledPolicy(b"no module", {}, {})


def test_an_interrupt_ends_a_long_evaluation(module, tmp_path):
    (tmp_path / "policy.wasm").write_bytes(module)
    program = f"""
        from nginx_grpc.engines.wasm import CompiledPolicy
        policy = CompiledPolicy(open({str(tmp_path / "policy.wasm")!r}, "rb").read(), {{}}, {{}})
        print("asking", flush=True)
        try:
            policy.evaluate("p/many", b'{{"a": 1000000}}')
        except KeyboardInterrupt:
            print("interrupted")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "asking\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0] == "interrupted\n"
