"""The functions of wasmtime's C API that run a policy, called as they are.

wasmtime's Python package declares the whole API, 744 functions, at every import, which takes longer
than a small configuration from text to verdict. The functions here are the same from wasmtime 46 to
50. Nothing here knows how wasmtime lays out its own: arguments pass as `wasmtime_val_raw_t`, of 16
bytes each, and what is a function, a memory or an instance is only kept and handed on.
"""

from __future__ import annotations

import os
import sys
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_bool,
    c_char_p,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    string_at,
)
from importlib.util import find_spec
from typing import Any

__all__ = ["I32", "MEMORY", "RAW", "Callback", "Library", "Limits", "Vector", "WasmtimeError"]

_Address = c_void_p
_Out = POINTER(c_void_p)
# (environment, caller, arguments and result, their number) -> a trap or nothing
Callback = CFUNCTYPE(c_void_p, c_void_p, c_void_p, POINTER(c_int64), c_size_t)
_Name = (c_char_p, c_size_t)
I32 = 0  # wasm_valkind_t
MEMORY = 3  # wasmtime_extern_kind_t
RAW = 2  # 64 bit words of a wasmtime_val_raw_t


class Limits(Structure):
    """wasm_limits_t."""

    _fields_ = (("min", c_uint32), ("max", c_uint32))


class Vector(Structure):
    """wasm_byte_vec_t, and each other vector of wasm.h."""

    _fields_ = (("size", c_size_t), ("data", c_void_p))


_VectorAt = POINTER(Vector)

_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "wasm_byte_vec_delete": (None, (_VectorAt,)),
    "wasm_config_new": (_Address, ()),
    "wasm_engine_delete": (None, (_Address,)),
    "wasm_engine_new_with_config": (_Address, (_Address,)),
    "wasm_externtype_as_memorytype_const": (_Address, (_Address,)),
    "wasm_functype_delete": (None, (_Address,)),
    "wasm_functype_new": (_Address, (_VectorAt, _VectorAt)),
    "wasm_importtype_type": (_Address, (_Address,)),
    "wasm_importtype_vec_delete": (None, (_VectorAt,)),
    "wasm_memorytype_delete": (None, (_Address,)),
    "wasm_memorytype_limits": (POINTER(Limits), (_Address,)),
    "wasm_memorytype_new": (_Address, (POINTER(Limits),)),
    "wasm_trap_delete": (None, (_Address,)),
    "wasm_trap_message": (None, (_Address, _VectorAt)),
    "wasm_valtype_new": (_Address, (c_uint8,)),
    "wasm_valtype_vec_new": (None, (_VectorAt, c_size_t, _Address)),
    "wasmtime_config_epoch_interruption_set": (None, (_Address, c_bool)),
    "wasmtime_context_set_epoch_deadline": (None, (_Address, c_uint64)),
    "wasmtime_engine_increment_epoch": (None, (_Address,)),
    "wasmtime_error_delete": (None, (_Address,)),
    "wasmtime_error_message": (None, (_Address, _VectorAt)),
    "wasmtime_func_call_unchecked": (
        _Address,
        (_Address, _Address, POINTER(c_int64), c_size_t, _Out),
    ),
    "wasmtime_instance_export_get": (c_bool, (_Address, _Address, *_Name, _Address)),
    "wasmtime_linker_define": (_Address, (_Address, _Address, *_Name, *_Name, _Address)),
    "wasmtime_linker_define_func_unchecked": (
        _Address,
        (_Address, *_Name, *_Name, _Address, Callback, _Address, _Address),
    ),
    "wasmtime_linker_delete": (None, (_Address,)),
    "wasmtime_linker_instantiate": (_Address, (_Address, _Address, _Address, _Address, _Out)),
    "wasmtime_linker_new": (_Address, (_Address,)),
    "wasmtime_memory_data": (_Address, (_Address, _Address)),
    "wasmtime_memory_data_size": (c_size_t, (_Address, _Address)),
    "wasmtime_memory_grow": (_Address, (_Address, _Address, c_uint64, POINTER(c_uint64))),
    "wasmtime_memory_new": (_Address, (_Address, _Address, _Address)),
    "wasmtime_module_delete": (None, (_Address,)),
    "wasmtime_module_deserialize_file": (_Address, (_Address, c_char_p, _Out)),
    "wasmtime_module_imports": (None, (_Address, _VectorAt)),
    "wasmtime_module_new": (_Address, (_Address, c_char_p, c_size_t, _Out)),
    "wasmtime_module_serialize": (_Address, (_Address, _VectorAt)),
    "wasmtime_store_context": (_Address, (_Address,)),
    "wasmtime_store_delete": (None, (_Address,)),
    "wasmtime_store_new": (_Address, (_Address, _Address, _Address)),
    "wasmtime_trap_new": (_Address, _Name),
}


class WasmtimeError(Exception):
    """What wasmtime refused, or where WebAssembly ended before its time, in wasmtime's words."""


class Library:
    """The library that wasmtime's wheel brings, its functions without `wasm_` or `wasmtime_`.

    Raises WasmtimeError where it is not there, or of a version that has other functions.
    """

    def __init__(self) -> None:
        self.path = _path()
        try:
            loaded = CDLL(self.path)
            for name, (gives, takes) in _FUNCTIONS.items():
                function = getattr(loaded, name)
                function.restype, function.argtypes = gives, takes
                setattr(self, name.partition("_")[2], function)
        except (OSError, AttributeError) as error:
            raise WasmtimeError(f"wasmtime can't be loaded: {error}") from None

    def __getattr__(self, name: str) -> Any:  # they are set above
        raise AttributeError(name)

    def text(self, vector: Vector) -> bytes:
        """What a vector of bytes holds, which is let go."""
        text = string_at(vector.data, vector.size) if vector.size else b""
        self.byte_vec_delete(byref(vector))
        return text

    def check(self, error: int | None, trap: c_void_p | None = None) -> None:
        """Raises WasmtimeError where a function gave an error or a trap."""
        message = Vector()
        if error:
            self.error_message(error, byref(message))
            self.error_delete(error)
        elif trap:
            self.trap_message(trap, byref(message))
            self.trap_delete(trap)
        else:
            return
        raise WasmtimeError(self.text(message).rstrip(b"\0").decode("utf-8", "replace"))


def _path() -> str:
    spec = find_spec("wasmtime")
    for package in (spec.submodule_search_locations or ()) if spec is not None else ():
        for folder in os.listdir(package):
            if folder.startswith(f"{sys.platform}-"):
                for name in ("_libwasmtime.so", "_libwasmtime.dylib"):
                    path = os.path.join(package, folder, name)
                    if os.path.isfile(path):
                        return path
    raise WasmtimeError("wasmtime is not installed, or has no library for this platform")
