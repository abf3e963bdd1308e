"""The engine that needs nothing installed: the policy as WebAssembly, in this process."""

from __future__ import annotations

import json
import time
from typing import Any

from nginx_grpc import resources
from nginx_grpc.engines.interface import Decision, Engine, read_decision
from nginx_grpc.errors import Refused

__all__ = ["EmbeddedEngine"]


class EmbeddedEngine(Engine):
    """Runs `policy.wasm`, the compiled policy that ships with the package."""

    name = "embedded"

    def decide(
        self, documents: list[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge documents; see Engine."""
        from nginx_grpc.engines.wasm import CompiledPolicy, PolicyAborted

        data = {} if settings is None else {"nginx_grpc": settings}
        try:
            policy = CompiledPolicy(resources.policy_wasm(), data, {"time.now_ns": time.time_ns})
            return [
                read_decision(policy.evaluate("nginx/grpc/decision", _encode(document)), self.name)
                for document in documents
            ]
        except PolicyAborted as aborted:
            raise Refused(
                f"the embedded engine failed: {aborted}",
                "try --engine opa, and please report this with the configuration",
            ) from None


def _encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
