"""The engine that needs nothing installed: the policy as WebAssembly, in this process."""

from __future__ import annotations

import json
import time
from typing import Any

from nginx_grpc import resources
from nginx_grpc.engines.interface import Decision, Engine, read_decision
from nginx_grpc.errors import Refused

__all__ = ["EmbeddedEngine"]

_MEMORY_PAGES = 65_536  # 4 GiB, all that 32-bit WebAssembly has
_SECONDS = 600.0
_BYTES = 1 << 32


class EmbeddedEngine(Engine):
    """Runs `policy.wasm`, the compiled policy that ships with the package."""

    name = "embedded"

    def decide(
        self, documents: list[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge documents; see Engine."""
        from opapywasm import OpaWasmError, OpaWasmPolicy, PolicyConfig

        config = PolicyConfig(
            pool_size=1,
            max_memory_pages=_MEMORY_PAGES,
            max_input_bytes=_BYTES,
            max_result_bytes=_BYTES,
            max_cstring_scan_bytes=_BYTES,
            eval_timeout_seconds=_SECONDS,
            parse_raw_json_input=False,
        )
        try:
            policy = OpaWasmPolicy.from_wasm_bytes(resources.policy_wasm(), config)
            try:
                policy.register_builtin("time.now_ns", time.time_ns)
                policy.set_data({} if settings is None else {"nginx_grpc": settings})
                return [
                    read_decision(
                        policy.evaluate(_encode(document), "nginx/grpc/decision"), self.name
                    )
                    for document in documents
                ]
            finally:
                policy.close()
        except OpaWasmError as error:
            raise Refused(
                f"the embedded engine failed: {error}",
                "try --engine opa, and please report this with the configuration",
            ) from None


def _encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
