"""`conftest test`: the policy's sources in the conftest on this machine.

Its exit status says neither whether a rule ran nor which findings are waived, and its outputs drop
both. So the namespace asked for is one that warns once, with the whole decision in the warning.
"""

from __future__ import annotations

import os.path
import tempfile
from collections.abc import Iterable
from typing import Any

from nginx_grpc import resources
from nginx_grpc.engines.interface import Decision, Engine, Shard, in_one, read_decision
from nginx_grpc.engines.program import Program

__all__ = ["ConftestEngine"]

_NAMESPACE = "nginx.grpc.report"


class ConftestEngine(Engine):
    """Asks conftest once for all configurations. Settings stand in the documents themselves."""

    name = "conftest"

    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine."""
        program = Program("conftest", "install conftest 0.71.1")
        program.demand_version("--version")
        arguments = ["test", "--parser", "json", "--output", "json", "--no-color"]
        arguments += [
            "--namespace",
            _NAMESPACE,
            "--policy",
            os.path.abspath(resources.policy_dir()),
        ]
        with tempfile.TemporaryDirectory(prefix="nginx-grpc-") as folder:
            names = []
            for number, shards in enumerate(configurations):
                names.append(f"{number}.json")
                with open(os.path.join(folder, names[-1]), "wb") as file:
                    file.writelines(in_one(shards))
            answer = program.ask([*arguments, "."], stdin=b"", folder=folder)
        decisions: dict[str, Any] = {}
        try:
            for result in answer:
                (warning,) = result["warnings"]
                decisions[os.path.basename(result["filename"])] = warning["metadata"]["decision"]
        except (KeyError, TypeError, ValueError):
            raise program.failed(f"gave no decision (nothing in namespace {_NAMESPACE})") from None
        if sorted(decisions) != sorted(names) or len(answer) != len(names):
            raise program.failed("gave no decision on every document")
        return [read_decision(decisions[name], self.name) for name in names]
