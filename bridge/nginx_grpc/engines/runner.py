"""What runs the compiled policy: wasmtime in a Python of its own, in a browser the browser."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import Any

__all__ = ["ENTRYPOINT", "OutOfMemory", "Policy", "PolicyAborted", "Runner", "of_this_host"]

ENTRYPOINT = "nginx/grpc/decision"


class PolicyAborted(Exception):
    """The policy gave up: a conflict in it, or no memory left. The message is OPA's."""


class OutOfMemory(PolicyAborted):
    """The input, and what the policy makes of it, do not fit into the memory that it gets."""


class Policy(ABC):
    """A compiled policy with its data. For one thread at a time."""

    @property
    @abstractmethod
    def size(self) -> int:
        """The bytes of the memory that it keeps."""

    @abstractmethod
    def give(self, document: bytes) -> None:
        """Take in the input (JSON text) of the next `ask`."""

    @abstractmethod
    def ask(self, entrypoint: str) -> Any:
        """The value of an entry point for the input given last; None where it is undefined.

        Raises PolicyAborted. A KeyboardInterrupt ends it at once, where there can be one.
        """

    @abstractmethod
    def answer(self, entrypoint: str) -> Any:
        """The same, for a caller that has seen to interrupts."""

    @abstractmethod
    def tell(self, share: float) -> None:
        """How much of a configuration in shards is judged, from 0 to 1, for who waits for it."""

    @abstractmethod
    def interrupt(self) -> None:
        """End what this policy, and each other of the same runner, evaluates."""


class Runner(ABC):
    """Makes policies of `policy.wasm`."""

    threads: bool
    """Whether several of its policies can evaluate at once."""

    @abstractmethod
    def policy(self, data: dict[str, Any]) -> Policy:
        """One more policy, with its `data` document. Raises PolicyAborted."""


def of_this_host() -> Runner:
    """The runner of the Python that this is."""
    if sys.platform == "emscripten":
        from nginx_grpc.engines.browser import BrowserRunner

        return BrowserRunner()
    from nginx_grpc.engines.wasm import WasmtimeRunner

    return WasmtimeRunner()
