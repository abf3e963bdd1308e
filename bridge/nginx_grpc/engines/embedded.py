"""The engine that needs nothing installed: the policy as WebAssembly, in this process."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from nginx_grpc import resources
from nginx_grpc.documents import as_json
from nginx_grpc.engines.interface import Decision, Engine, read_decision
from nginx_grpc.errors import Refused

__all__ = ["EmbeddedEngine"]


class EmbeddedEngine(Engine):
    """Runs `policy.wasm`, the compiled policy that ships with the package."""

    name = "embedded"

    def decide(
        self, documents: Iterable[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge documents; see Engine."""
        from nginx_grpc.engines.wasm import CompiledPolicy, OutOfMemory, PolicyAborted

        data = {} if settings is None else {"nginx_grpc": settings}
        decisions = []
        try:
            policy = CompiledPolicy(resources.policy_wasm(), data, {"time.now_ns": time.time_ns})
            # Neither a document nor its text is held while the policy runs: all take much memory.
            for _ in map(policy.give, map(_encode, documents)):
                decisions.append(read_decision(policy.ask("nginx/grpc/decision"), self.name))
        except OutOfMemory:
            raise Refused(
                "a configuration that is too large for the embedded engine's 3 GiB",
                "use --engine opa, or check its parts one by one",
            ) from None
        except PolicyAborted as aborted:
            raise Refused(
                f"the embedded engine failed: {aborted}",
                "try --engine opa, and please report this with the configuration",
            ) from None
        return decisions


def _encode(document: dict[str, Any]) -> bytes:
    return as_json([document]).encode("ascii")
