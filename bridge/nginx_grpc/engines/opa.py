"""`opa eval`: the policy's sources in the OPA on this machine."""

from __future__ import annotations

import os.path
from collections.abc import Iterable
from typing import Any

from nginx_grpc import resources
from nginx_grpc.engines.interface import Decision, Engine, Shard, in_one, read_decision
from nginx_grpc.engines.program import Program

__all__ = ["OpaEngine"]

_QUERY = "[d | some document in input; d := data.nginx.grpc.decision with input as document]"


class OpaEngine(Engine):
    """Asks OPA once for all configurations. Their settings stand in the documents themselves."""

    name = "opa"

    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine."""
        program = Program("opa", "install OPA 1.22.4")
        program.demand_version("version")
        arguments = ["eval", "--format", "json", "--stdin-input", "--strict-builtin-errors"]
        arguments += ["--ignore", "*_test.rego", "--data", os.path.abspath(resources.policy_dir())]
        asked = [b"".join(in_one(shards)) for shards in configurations]
        stdin = b"[" + b",".join(asked) + b"]"
        answer = program.ask([*arguments, _QUERY], stdin=stdin, folder=resources.policy_dir())
        try:
            ((value,),) = ([e["value"] for e in r["expressions"]] for r in answer["result"])
        except (KeyError, TypeError, ValueError):
            raise program.failed("gave no decision (undefined)") from None
        if not isinstance(value, list) or len(value) != len(asked):
            raise program.failed("gave no decision on every document")
        return [read_decision(decision, self.name) for decision in value]
