"""The policy as this checkout has it, in two engines."""

from __future__ import annotations

import functools
import json
import pathlib
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any

from nginx_grpc.engines.wasm import CompiledPolicy
from tests.policy.rego_inputs import POLICY, ROOT
from tools import build_wasm

Decision = dict[str, Any]
ENTRYPOINT = "nginx/grpc/decision"


@functools.cache
def compiled() -> bytes:
    """The module for policy/ as it is now, not the one that was last committed."""
    return build_wasm.compile_policy(ROOT)


def embedded(settings: Any = None) -> Callable[[Any], Decision]:
    """Judges one input after the other in WebAssembly."""
    data = {} if settings is None else {"nginx_grpc": settings}
    policy = CompiledPolicy(compiled(), data, {"time.now_ns": time.time_ns})

    def decide(document: Any) -> Decision:
        decision = policy.evaluate(ENTRYPOINT, json.dumps(document).encode())
        assert decision is not None, "the decision is undefined"
        return decision

    return decide


def opa(inputs: list[Any], settings: Any = None) -> list[Decision]:
    """Judges them all in one `opa eval`."""
    data = {"inputs": inputs} if settings is None else {"inputs": inputs, "nginx_grpc": settings}
    query = "[one | some given in data.inputs; one := data.nginx.grpc.decision with input as given]"
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "data.json"
        file.write_text(json.dumps(data))
        command = ["opa", "eval", "--strict-builtin-errors", "--data", str(POLICY)]
        command += ["--data", str(file), "--format", "json", query]
        done = subprocess.run(command, check=True, capture_output=True)
    decisions = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    assert len(decisions) == len(inputs), "a decision is undefined"
    return decisions
