"""The compiled policy, run by the browser that runs this Python too.

The page (`page/worker/policy.js`) gives Python a module `nginx_grpc_host` with two functions.
`evaluate(entrypoint, data, input)`, the last two JSON texts in ASCII, answers one text: one line
with "result", "aborted" or "out of memory", then the JSON of OPA's result set or OPA's words.
`tell(share)` shows how much is judged, from 0 to 1.
"""

from __future__ import annotations

import json
from typing import Any

from nginx_grpc.engines.runner import OutOfMemory, Policy, PolicyAborted, Runner

__all__ = ["BrowserRunner"]


class BrowserRunner(Runner):
    """The browser keeps the policy and takes a large memory of it back."""

    threads = False

    def policy(self, data: dict[str, Any]) -> Policy:
        """See Runner."""
        return _BrowserPolicy(json.dumps(data, allow_nan=False))


class _BrowserPolicy(Policy):
    def __init__(self, data: str) -> None:
        self._data = data
        self._document = b""

    @property
    def size(self) -> int:
        return 0

    def give(self, document: bytes) -> None:
        self._document = document

    def ask(self, entrypoint: str) -> Any:
        return self.answer(entrypoint)

    def answer(self, entrypoint: str) -> Any:
        from nginx_grpc_host import evaluate

        # A byte of ASCII a character: the text crosses the border as it is.
        answered = evaluate(entrypoint, self._data, self._document.decode("ascii"))
        said, _, text = str(answered).partition("\n")
        if said == "out of memory":
            raise OutOfMemory(text)
        if said != "result":
            raise PolicyAborted(text)
        try:
            results = json.loads(text)
        except ValueError:
            raise PolicyAborted("it answers what is no JSON") from None
        return results[0]["result"] if results else None

    def tell(self, share: float) -> None:
        """See Policy."""
        from nginx_grpc_host import tell

        tell(share)

    def interrupt(self) -> None:
        """Nothing: the page ends the worker instead."""
