"""WebAssembly as this package needs it: an engine, a module's machine code, an instance of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from ctypes import Array, addressof, byref, c_int64, c_uint64, c_void_p, memmove, string_at
from typing import Any
from weakref import ref

from nginx_grpc.engines.c_api import (
    I32,
    MEMORY,
    RAW,
    Callback,
    Library,
    Limits,
    Vector,
    WasmtimeError,
)

__all__ = ["PAGE", "Engine", "Instance", "Module", "WasmtimeError"]

PAGE = 65_536
"""Bytes of a page of WebAssembly's memory."""


class Engine:
    """Compiles, for code that `interrupt` ends."""

    def __init__(self) -> None:
        self.c = Library()
        config = self.c.config_new()
        self.c.config_epoch_interruption_set(config, True)
        self.at = self.c.engine_new_with_config(config)

    def __del__(self) -> None:
        if hasattr(self, "at"):
            self.c.engine_delete(self.at)

    def compiled(self, wasm: bytes) -> Module:
        """The machine code of a module."""
        at = c_void_p()
        self.c.check(self.c.module_new(self.at, wasm, len(wasm), byref(at)))
        return Module(self, at)

    def loaded(self, path: str) -> Module:
        """Machine code that `Module.serialized` gave, of a file that is trusted. Raises
        WasmtimeError where it is of another version, of other settings or of another processor."""
        at = c_void_p()
        self.c.check(self.c.module_deserialize_file(self.at, os.fsencode(path), byref(at)))
        return Module(self, at)

    def interrupt(self) -> None:
        """End all that runs; from any thread."""
        self.c.engine_increment_epoch(self.at)


class Module:
    """Machine code, for any number of instances and threads."""

    def __init__(self, engine: Engine, at: c_void_p) -> None:
        self.engine = engine
        self.at = at

    def __del__(self) -> None:
        self.engine.c.module_delete(self.at)

    def serialized(self) -> bytes:
        """It as a file's content, see `Engine.loaded`."""
        content = Vector()
        self.engine.c.check(self.engine.c.module_serialize(self.at, byref(content)))
        return self.engine.c.text(content)

    def imported_pages(self) -> int | None:
        """The pages that the memory which it imports has at least; None where it imports none."""
        c, imports = self.engine.c, Vector()
        c.module_imports(self.at, byref(imports))
        addresses = (c_void_p * imports.size).from_address(imports.data or 0)
        try:
            for each in list(addresses) if imports.size else ():
                memory = c.externtype_as_memorytype_const(c.importtype_type(each))
                if memory:
                    return int(c.memorytype_limits(memory).contents.min)
            return None
        finally:
            c.importtype_vec_delete(byref(imports))


class Instance:
    """A module with its memory and what it calls. For one thread at a time.

    Args:
        module: see Engine.
        pages: how many its memory has, and how many at most.
        functions: what it imports from `env`, by name: how many 32 bit numbers each takes, whether
            it gives one, and the function, which may raise.
    """

    def __init__(
        self,
        module: Module,
        pages: tuple[int, int],
        functions: Mapping[str, tuple[int, bool, Callable[..., Any]]],
    ) -> None:
        self._c = c = module.engine.c
        self._engine = module.engine
        self._raised: BaseException | None = None
        self._store = c.store_new(module.engine.at, None, None)
        self._context = c.store_context(self._store)
        c.context_set_epoch_deadline(self._context, 1)
        self._memory = self._new_memory(pages)
        self._callbacks = []
        self._functions: dict[str, Array[c_uint64]] = {}
        self._instance = _extern()
        linker = c.linker_new(module.engine.at)
        try:
            env = (b"env", 3)
            memory = (b"memory", 6)
            c.check(c.linker_define(linker, self._context, *env, *memory, self._memory))
            for name, (takes, gives, function) in functions.items():
                callback = Callback(_calling(c, takes, gives, function, self._raises()))
                self._callbacks.append(callback)
                kind = c.functype_new(byref(self._numbers(takes)), byref(self._numbers(gives)))
                named = (name.encode(), len(name))
                refused = c.linker_define_func_unchecked(
                    linker, *env, *named, kind, callback, None, None
                )
                c.functype_delete(kind)
                c.check(refused)
            trap = c_void_p()
            refused = c.linker_instantiate(
                linker, self._context, module.at, self._instance, byref(trap)
            )
            c.check(refused, trap)
        finally:
            c.linker_delete(linker)

    def __del__(self) -> None:
        if hasattr(self, "_store"):
            self._c.store_delete(self._store)

    def call(self, name: str, *arguments: int) -> int:
        """Call an exported function of 32 bit numbers; its result, unsigned.

        Raises WasmtimeError, or what a function of the host has raised.
        """
        values = (c_int64 * (RAW * max(len(arguments), 1)))()
        for place, value in enumerate(arguments):
            values[RAW * place] = value
        trap = c_void_p()
        self._raised = None
        refused = self._c.func_call_unchecked(
            self._context, self._function(name), values, len(values) // RAW, byref(trap)
        )
        raised, self._raised = self._raised, None
        try:
            self._c.check(refused, trap)
        except WasmtimeError:
            if raised is not None:
                raise raised from None
            raise
        return values[0] & 0xFFFF_FFFF

    @property
    def size(self) -> int:
        """The bytes of its memory."""
        return int(self._c.memory_data_size(self._context, _inside(self._memory)))

    def grow(self, pages: int) -> None:
        """Give it more memory. Raises WasmtimeError where it has all that it may have."""
        before = c_uint64()
        memory = _inside(self._memory)
        self._c.check(self._c.memory_grow(self._context, memory, pages, byref(before)))

    def write(self, content: bytes, at: int) -> None:
        """Write into its memory, which has room for it."""
        if at + len(content) > self.size:
            raise WasmtimeError("out of bounds memory access")
        memmove(self._base() + at, content, len(content))

    def text(self, at: int) -> bytes:
        """The bytes from an address to the next 0."""
        return string_at(self._base() + at)

    def _base(self) -> int:
        return int(self._c.memory_data(self._context, _inside(self._memory)))

    def _new_memory(self, pages: tuple[int, int]) -> Array[c_uint64]:
        memory = _extern(MEMORY)
        kind = self._c.memorytype_new(byref(Limits(*pages)))
        refused = self._c.memory_new(self._context, kind, _inside(memory))
        self._c.memorytype_delete(kind)
        self._c.check(refused)
        return memory

    def _function(self, name: str) -> int:
        if name not in self._functions:
            found, word = _extern(), name.encode()
            if not self._c.instance_export_get(
                self._context, self._instance, word, len(word), found
            ):
                raise WasmtimeError(f"it has no {name}")
            self._functions[name] = found
        return _inside(self._functions[name])

    def _numbers(self, number: int) -> Vector:
        """The types of so many 32 bit numbers."""
        types = (c_void_p * number)(*(self._c.valtype_new(I32) for _ in range(number)))
        vector = Vector()
        self._c.valtype_vec_new(byref(vector), number, types)
        return vector

    def _raises(self) -> Callable[[BaseException], None]:
        # Its callbacks are kept by it: one that kept it would keep its memory of up to 3 GiB.
        held = ref(self)

        def raises(error: BaseException) -> None:
            instance = held()
            if instance is not None:
                instance._raised = error

        return raises


def _calling(
    c: Library,
    takes: int,
    gives: bool,
    function: Callable[..., Any],
    raises: Callable[[BaseException], None],
) -> Callable[..., Any]:
    def call(_environment: Any, _caller: Any, values: Any, _number: int) -> int | None:
        try:
            result = function(*(values[RAW * each] & 0xFFFF_FFFF for each in range(takes)))
            if gives:
                values[0] = result
        except BaseException as error:  # noqa: BLE001 - a signal's too: `Instance.call` raises it again
            raises(error)
            message = b"the host ended it"
            trap: int = c.trap_new(message, len(message))
            return trap
        return None

    return call


def _extern(kind: int = 0) -> Array[c_uint64]:
    """Room for a wasmtime_extern_t, twice what it takes: its kind, and behind that what it is."""
    return (c_uint64 * 8)(kind)


def _inside(extern: Array[c_uint64]) -> int:
    return addressof(extern) + 8
