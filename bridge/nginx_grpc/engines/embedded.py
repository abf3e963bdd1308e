"""The engine that needs nothing installed: the policy as WebAssembly, in this process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from nginx_grpc import resources
from nginx_grpc.cores import cores
from nginx_grpc.engines.interface import (
    Decision,
    Engine,
    Part,
    Shard,
    completed,
    part_of,
    read_decision,
    together,
)
from nginx_grpc.errors import Refused

if TYPE_CHECKING:
    from nginx_grpc.engines.wasm import CompiledPolicy

__all__ = ["EmbeddedEngine"]

# Shards are not made faster than so many threads judge them, and each has a memory of its own.
_MOST_THREADS = 4


class EmbeddedEngine(Engine):
    """Runs `policy.wasm`, the compiled policy that ships with the package.

    Args:
        threads: how many judge the shards of one configuration; 0 for as many as there are cores.
    """

    name = "embedded"

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads or min(cores(), _MOST_THREADS)

    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine. While some shards of a configuration are judged the next is made."""
        from nginx_grpc.engines.wasm import Compiled, CompiledPolicy, OutOfMemory, PolicyAborted

        data = {} if settings is None else {"nginx_grpc": settings}
        try:
            compiled = Compiled(resources.policy_wasm())
            policies = [CompiledPolicy(compiled, data, {"time.now_ns": time.time_ns})]
            decisions = []
            for shards in map(iter, configurations):
                first = next(shards)
                if first.last:
                    decisions.append(self._decision(policies[0], first.text))
                    continue
                while len(policies) < self._threads:
                    policies.append(CompiledPolicy(compiled, data, {"time.now_ns": time.time_ns}))
                decisions.append(self._of_shards(first, shards, policies))
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

    def _of_shards(
        self, first: Shard, others: Iterator[Shard], policies: list[CompiledPolicy]
    ) -> Decision:
        from concurrent.futures import Future, ThreadPoolExecutor

        idle = deque(policies)

        def part(text: bytes) -> Part:
            policy = idle.pop()
            try:
                policy.give(text)
                return part_of(read_decision(policy.answer("nginx/grpc/decision"), self.name))
            finally:
                idle.append(policy)

        parts: list[Part] = []
        running: deque[Future[Part]] = deque()
        with ThreadPoolExecutor(len(policies)) as pool:
            try:
                shard = first
                while not shard.last:
                    if len(running) > len(policies):
                        parts.append(running.popleft().result())
                    running.append(pool.submit(part, shard.text))
                    shard = next(others)
                parts += [future.result() for future in running]
            except BaseException:
                # Ctrl-C among them: WebAssembly would run on to its end.
                pool.shutdown(wait=False, cancel_futures=True)
                policies[0].interrupt()
                raise
        return together(parts, self._decision(policies[0], completed(shard, parts)))

    def _decision(self, policy: CompiledPolicy, text: bytes) -> Decision:
        policy.give(text)
        return read_decision(policy.ask("nginx/grpc/decision"), self.name)
