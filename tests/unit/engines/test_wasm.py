"""A compiled policy is asked as OPA would ask it; whatever goes wrong in it is an error."""

import json
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from nginx_grpc.engines.wasm import CompiledPolicy, OutOfMemory, PolicyAborted

pytestmark = pytest.mark.engines

OPA = Path(__file__).parents[3] / ".tools" / "bin" / "opa"
POLICY = """package p

sum := input.a + data.b

undefined if input.nothing

conflict := 1 if input.a

conflict := 2 if input.a

now := time.now_ns()

many := count([1 | some i in numbers.range(1, input.a); some j in numbers.range(1, i); i == j])

number := to_number(input.text)

longer := concat(",", [text |
	some i in numbers.range(1, 2000)
	text := concat("", ["é", input.text])
])
"""
RULES = ("sum", "undefined", "conflict", "now", "many", "longer", "number")


def compiled(folder, rules, *policies):
    for number, policy in enumerate(policies):
        (folder / f"{number}.rego").write_text(policy)
    entries = [part for rule in rules for part in ("-e", f"p/{rule}")]
    built = folder / "bundle.tar.gz"
    command = [OPA, "build", "-t", "wasm", *entries, "-o", built, folder]
    subprocess.run(command, check=True)
    subprocess.run(["tar", "xzf", built, "-C", folder, "/policy.wasm"], check=True)
    return (folder / "policy.wasm").read_bytes()


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("policy"), RULES, POLICY)


@pytest.fixture
def policy(module):
    return CompiledPolicy(module, {"b": 2}, {"time.now_ns": lambda: 1_700_000_000_000_000_001})


@pytest.mark.parametrize("length", range(0, 9000, 1000))
def test_a_module_that_asks_for_a_page_too_few(tmp_path, length):
    """OPA 1.22.2 does so where the texts of a policy end shortly before a page does."""
    rules = "".join(f"{'r' * 60}{n} := 1\n\n" for n in range(40))
    policy = f"""package p

text := "{"x" * length}"

all := concat("", [text, concat("", [name | some name, _ in data.p.rules])])
"""
    module = compiled(tmp_path, ["all"], policy, f"package p.rules\n\n{rules}")
    assert len(CompiledPolicy(module, {}, {}).evaluate("p/all", b"{}")) > length


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


def take(policy, size):
    """Leave so much memory unused below everything that comes."""
    policy._call("opa_malloc", size)
    policy._heap = policy._call("opa_heap_ptr_get")


def test_addresses_above_2_gib(policy):
    """To wasmtime an address has a sign. Memory that nothing is written to costs nothing."""
    take(policy, 0x9000_0000)
    assert ask(policy, "sum", a=1) == 3
    assert ask(policy, "now") == 1_700_000_000_000_000_001
    assert len(ask(policy, "longer", text="x" * 100)) == 2000 * 102 - 1
    with pytest.raises(PolicyAborted, match="conflict"):
        ask(policy, "conflict", a=1)


def test_too_little_memory_is_an_error(policy):
    """And not a pointer that starts again at zero, as OPA's allocator has it at 4 GiB."""
    heap = policy._heap
    take(policy, 0xC000_0000 - heap - 3_000_000)
    with pytest.raises(OutOfMemory):
        ask(policy, "longer", text="x" * 3_000)
    with pytest.raises(OutOfMemory):
        ask(policy, "sum", a=1, padding="y" * 4_000_000)
    policy._heap = heap
    assert ask(policy, "sum", a=1) == 3


def test_an_answer_that_is_no_json_is_an_error(policy):
    """OPA's own `to_number(".")` makes one in WebAssembly."""
    with pytest.raises(PolicyAborted, match="no JSON"):
        ask(policy, "number", text=".")
    assert ask(policy, "number", text="7") == 7


def test_a_trap_is_told_by_its_name(policy):
    policy._data = 0xFFFF_FFF0
    with pytest.raises(PolicyAborted, match=r"^wasm trap: out of bounds memory access$"):
        ask(policy, "sum", a=1)


def test_what_is_no_policy_is_an_error():
    with pytest.raises(PolicyAborted):
        CompiledPolicy(b"\0asm\1\0\0\0", {}, {})
    with pytest.raises(PolicyAborted):
        CompiledPolicy(b"no module", {}, {})


def test_an_interrupt_ends_a_long_evaluation(module, tmp_path):
    (tmp_path / "policy.wasm").write_bytes(module)
    program = f"""
        import signal
        from nginx_grpc.engines.wasm import CompiledPolicy
        # Whoever starts the tests in the background has it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        module = open({str(tmp_path / "policy.wasm")!r}, "rb").read()
        policy = CompiledPolicy(module, {{}}, {{"time.now_ns": int}})
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


def resident():
    """This process's memory, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_a_policy_that_is_let_go_takes_its_memory_along(module):
    before = resident()
    for _ in range(5):
        large = CompiledPolicy(module, {}, {"time.now_ns": int})
        large.give(b'"' + b"x" * 50_000_000 + b'"')
        assert resident() > before + 40
        del large
    assert resident() < before + 40
