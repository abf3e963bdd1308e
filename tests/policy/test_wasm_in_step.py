"""The compiled policy that the package ships is the one that `policy/` gives."""

import pathlib
import shutil

import pytest

from nginx_grpc import resources
from nginx_grpc.engines.wasm import CompiledPolicy, PolicyAborted
from tools import build_wasm

REMEDY = "policy/ has changed since it was compiled; run `make wasm` and commit the result"


def test_the_compiled_policy_was_made_from_these_sources() -> None:
    policy = pathlib.Path(resources.policy_dir())
    compiled = pathlib.Path(resources.policy_wasm_path()).with_name("policy.sha256")
    assert compiled.read_text().split()[0] == build_wasm.sources_digest(policy), REMEDY


def test_the_digest_knows_every_name_and_every_byte(tmp_path: pathlib.Path) -> None:
    policy = tmp_path / "policy"
    (policy / "lib").mkdir(parents=True)
    (policy / "main.rego").write_text("package a\n")
    (policy / "lib" / "main.rego").write_text("package b\n")
    (policy / "main_test.rego").write_text("package a_test\n")
    before = build_wasm.sources_digest(policy)

    (policy / "main_test.rego").write_text("package a_test # a test is not compiled\n")
    assert build_wasm.sources_digest(policy) == before
    (policy / "main.rego").write_text("package c\n")
    edited = build_wasm.sources_digest(policy)
    (policy / "main.rego").rename(policy / "moved.rego")
    assert len({before, edited, build_wasm.sources_digest(policy)}) == 3


@pytest.mark.engines
def test_compiling_again_gives_the_same_bytes() -> None:
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    same = build_wasm.compile_policy(build_wasm.ROOT) == resources.policy_wasm()
    assert same, REMEDY


def test_the_compiled_policy_asks_its_engine_for_nothing_but_the_time() -> None:
    policy = CompiledPolicy(resources.policy_wasm(), {}, {"time.now_ns": lambda: 0})
    assert policy.evaluate(build_wasm.ENTRYPOINT, b"{}")["allow"] is False
    with pytest.raises(PolicyAborted, match=r"no built-in time\.now_ns"):
        CompiledPolicy(resources.policy_wasm(), {}, {})
