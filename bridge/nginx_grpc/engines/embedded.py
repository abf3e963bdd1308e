"""The engine that needs nothing installed: the policy as WebAssembly, in this process."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

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
from nginx_grpc.engines.runner import (
    ENTRYPOINT,
    OutOfMemory,
    Policy,
    PolicyAborted,
    Runner,
    of_this_host,
)
from nginx_grpc.errors import Refused

__all__ = ["EmbeddedEngine"]

# Shards are not made faster than so many threads judge them, and each has a memory of its own.
_MOST_THREADS = 4
# A memory of WebAssembly never shrinks: larger ones are given back.
_MOST_KEPT = 64 * 1024 * 1024


class EmbeddedEngine(Engine):
    """Runs `policy.wasm`, the compiled policy that ships with the package.

    Args:
        threads: how many judge the shards of one configuration; 0 for as many as there are cores.
        runner: makes what runs the policy; by default that of this Python.
    """

    name = "embedded"

    def __init__(self, threads: int = 0, *, runner: Callable[[], Runner] = of_this_host) -> None:
        self._threads = threads or min(cores(), _MOST_THREADS)
        self._runner = runner
        # At most one. wasmtime's objects go before the interpreter does, or complain as it ends.
        self._kept: list[_Policies] = []
        weakref.finalize(self, self._kept.clear)

    @property
    def forks(self) -> bool:
        """See Engine. WebAssembly's own threads are left behind by a fork."""
        return not self._kept

    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine. While some shards of a configuration are judged the next is made.

        What judges is kept for the same settings: `fix` and an editor ask again and again.
        """
        data = {} if settings is None else {"nginx_grpc": settings}
        # Taken out while in use: what was interrupted, or failed, judges no more.
        policies = self._kept.pop() if self._kept else None
        try:
            if policies is None or policies.data != data:
                policies = _Policies(self._runner(), data)
            decisions = []
            for shards in map(iter, configurations):
                first = next(shards)
                if first.last:
                    decisions.append(self._decision(policies.some(1)[0], first.text))
                elif not policies.threads:
                    decisions.append(self._one_by_one(first, shards, policies.some(1)[0]))
                else:
                    decisions.append(self._of_shards(first, shards, policies.some(self._threads)))
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
        if policies.size <= _MOST_KEPT:
            self._kept.append(policies)
        return decisions

    def _one_by_one(self, shard: Shard, others: Iterator[Shard], policy: Policy) -> Decision:
        parts: list[Part] = []
        while not shard.last:
            parts.append(self._part(policy, shard.text))
            policy.tell(shard.share)
            shard = next(others)
        return together(parts, self._decision(policy, completed(shard, parts)))

    def _of_shards(self, first: Shard, others: Iterator[Shard], policies: list[Policy]) -> Decision:
        from concurrent.futures import Future, ThreadPoolExecutor

        idle = deque(policies)

        def part(text: bytes) -> Part:
            policy = idle.pop()
            try:
                return self._part(policy, text)
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

    def _part(self, policy: Policy, text: bytes) -> Part:
        policy.give(text)
        return part_of(read_decision(policy.answer(ENTRYPOINT), self.name))

    def _decision(self, policy: Policy, text: bytes) -> Decision:
        policy.give(text)
        return read_decision(policy.ask(ENTRYPOINT), self.name)


class _Policies:
    """The policy with some data, as often as threads ask for it."""

    def __init__(self, runner: Runner, data: dict[str, Any]) -> None:
        self.data = data
        self.threads = runner.threads
        self._runner = runner
        self._all: list[Policy] = []

    def some(self, number: int) -> list[Policy]:
        """So many of them."""
        while len(self._all) < number:
            self._all.append(self._runner.policy(self.data))
        return self._all[:number]

    @property
    def size(self) -> int:
        """The bytes that their memories have."""
        return sum(each.size for each in self._all)
