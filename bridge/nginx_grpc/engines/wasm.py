"""OPA's WebAssembly ABI 1.2 over wasmtime: a compiled policy, asked in this process.

A library for this, opa-py-wasm 1.2.1, gives a module two pages of memory, and the policy's own
texts need more (it refuses to load); it also compiles the module at every start, half a second that
the kept machine code makes a millisecond. The ABI is small: https://www.openpolicyagent.org/docs/wasm.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from nginx_grpc import resources
from nginx_grpc.engines import machine_code
from nginx_grpc.engines.native import PAGE, Engine, Instance, WasmtimeError
from nginx_grpc.engines.runner import OutOfMemory, Policy, PolicyAborted, Runner
from nginx_grpc.expressions import expression

__all__ = ["Compiled", "CompiledPolicy", "OutOfMemory", "PolicyAborted", "WasmtimeRunner"]

# 3 GiB of the 4 that 32-bit WebAssembly has: OPA's allocator takes a pointer that wraps around for
# room, and goes on in what is not its own ("out of bounds memory access", or worse an answer).
_PAGES = 49_152
# What OPA's allocator says then.
_NO_MEMORY = "opa_malloc: failed"
# OPA counts the pages for a module's texts before it adds the table of its rules, so that one whose
# texts end just below a page's end asks for a page too few and would trap as it is loaded.
_SPARE_PAGES = 16
_TRAP = expression(r"wasm trap: .+")


class Compiled:
    """What `opa build -t wasm` makes of a policy, as machine code that several threads can share.

    Args:
        module: the WebAssembly module.
    """

    def __init__(self, module: bytes) -> None:
        try:
            self.engine = Engine()
            self.module = machine_code.of(self.engine, module)
        except WasmtimeError as error:
            raise PolicyAborted(_reason(error)) from None


class WasmtimeRunner(Runner):
    """Policies of one machine code, each with a memory of its own of up to 3 GiB."""

    threads = True

    def __init__(self) -> None:
        self._compiled = Compiled(resources.policy_wasm())

    def policy(self, data: dict[str, Any]) -> Policy:
        """See Runner."""
        return CompiledPolicy(self._compiled, data, {"time.now_ns": time.time_ns})


class CompiledPolicy(Policy):
    """A compiled policy with its data and a memory of its own. For one thread at a time.

    Args:
        module: the WebAssembly module, compiled or not.
        data: the `data` document.
        builtins: built-ins that the module leaves to its host, by name; without arguments.
    """

    def __init__(
        self,
        module: bytes | Compiled,
        data: dict[str, Any],
        builtins: dict[str, Callable[[], Any]],
    ) -> None:
        compiled = module if isinstance(module, Compiled) else Compiled(module)
        self._engine = compiled.engine
        self._aborted = ""
        self._builtins = builtins
        try:
            self._instance = self._instantiate(compiled)
        except WasmtimeError as error:
            raise PolicyAborted(_reason(error)) from None
        self._names: dict[int, str] = {i: name for name, i in self._json_of("builtins").items()}
        missing = sorted(set(self._names.values()).difference(builtins))
        if missing:
            raise PolicyAborted(f"no built-in {missing[0]}")
        self._entrypoints: dict[str, int] = self._json_of("entrypoints")
        self._data = self._parsed(data)
        self._heap: int = self._call("opa_heap_ptr_get")
        self._end = self._heap

    @property
    def size(self) -> int:
        """The bytes of its memory, which never shrinks."""
        return self._instance.size

    def evaluate(self, entrypoint: str, document: bytes) -> Any:
        """The value of an entry point for an input (JSON text); None where it is undefined.

        Raises PolicyAborted; see `ask`.
        """
        self.give(document)
        return self.ask(entrypoint)

    def give(self, document: bytes) -> None:
        """Take in the input (JSON text) of the next `ask`: from here on it is in WebAssembly."""
        # The input lies behind the data, and the evaluation's own heap behind the input.
        end = self._heap + len(document)
        missing = end - self._instance.size
        try:
            if missing > 0:
                self._instance.grow(-(-missing // PAGE))
            self._instance.write(document, self._heap)
        except WasmtimeError:
            raise OutOfMemory("it has 3 GiB") from None
        self._end = end

    def ask(self, entrypoint: str) -> Any:
        """The value of an entry point for the input given last; None where it is undefined.

        Raises PolicyAborted. A KeyboardInterrupt ends the evaluation at once: it runs in a thread
        of its own, since the interpreter sees no signal while WebAssembly runs.
        """
        outcome: list[Any] = []

        def run() -> None:
            try:
                outcome.append(self.answer(entrypoint))
            except PolicyAborted as aborted:
                outcome.append(aborted)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            thread.join()
        except KeyboardInterrupt:
            self.interrupt()
            thread.join()
            raise
        if isinstance(outcome[0], PolicyAborted):
            raise outcome[0]
        return outcome[0]

    def answer(self, entrypoint: str) -> Any:
        """The same without a thread of its own: no KeyboardInterrupt comes through meanwhile."""
        entry, start, end = self._entrypoints[entrypoint], self._heap, self._end
        address = self._call("opa_eval", 0, entry, self._data, start, end - start, end, 0)
        try:
            results = json.loads(self._text(address))
        except ValueError:
            raise PolicyAborted("it answers what is no JSON") from None
        return results[0]["result"] if results else None

    def tell(self, share: float) -> None:
        """See Policy. Nobody is shown it here."""

    def interrupt(self) -> None:
        """End what this policy, and each other of the same machine code, evaluates."""
        self._engine.interrupt()

    def _call(self, name: str, *arguments: int) -> int:
        self._aborted = ""
        try:
            return self._instance.call(name, *arguments)
        except WasmtimeError as error:
            raise self._failure(self._aborted or _reason(error)) from None

    def _failure(self, reason: str) -> PolicyAborted:
        return OutOfMemory(reason) if reason == _NO_MEMORY else PolicyAborted(reason)

    def _instantiate(self, compiled: Compiled) -> Instance:
        pages = compiled.module.imported_pages()
        if pages is None:
            raise PolicyAborted("it is no policy: it imports no memory")
        functions = {
            "opa_abort": (1, False, _weakly(self._abort)),
            "opa_println": (1, False, lambda _: None),
        }
        for arity in range(5):
            functions[f"opa_builtin{arity}"] = (2 + arity, True, _weakly(self._builtin))
        return Instance(compiled.module, (pages + _SPARE_PAGES, _PAGES), functions)

    def _abort(self, address: int) -> None:
        self._aborted = self._text(address).decode("utf-8", "replace")
        raise self._failure(self._aborted)

    def _builtin(self, id_: int, _context: int, *arguments: int) -> int:
        name = self._names[id_]
        if name not in self._builtins or arguments:
            self._aborted = f"no built-in {name}"
            raise PolicyAborted(self._aborted)
        return self._parsed(self._builtins[name]())

    def _parsed(self, value: Any) -> int:
        """The address of a value, as OPA holds it."""
        text = json.dumps(value, allow_nan=False).encode("ascii")
        address = self._call("opa_malloc", len(text))
        self._instance.write(text, address)
        parsed = self._call("opa_json_parse", address, len(text))
        if not parsed:
            raise PolicyAborted("it does not read its data")
        return parsed

    def _json_of(self, name: str) -> Any:
        return json.loads(self._text(self._call("opa_json_dump", self._call(name))))

    def _text(self, address: int) -> bytes:
        return self._instance.text(address)


def _weakly(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a callback that holds not its object, which keeps its callbacks."""
    held = weakref.WeakMethod(method)

    def call(*arguments: Any) -> Any:
        bound = held()
        assert bound is not None
        return bound(*arguments)

    return call


def _reason(error: Exception) -> str:
    """What went wrong, without the functions that it went through."""
    trap = _TRAP.search(str(error))
    lines = [trap[0]] if trap else str(error).splitlines()
    return lines[0] if lines else type(error).__name__
