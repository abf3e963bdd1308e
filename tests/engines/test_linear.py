"""The policy's work grows as its input does: in WebAssembly `in` walks a whole set, for one."""

import functools
import io
import time

import pytest

from bench.configurations import text
from nginx_grpc import documents, resources, sources
from nginx_grpc.engines.wasm import CompiledPolicy

pytestmark = [pytest.mark.engines, pytest.mark.slow]

SMALL, LARGE = 50, 500
SETTINGS = {
    "explicit": "required",
    "nginx_version": "1.31.0",
    "grpc": {"default": {"streaming": "bidi", "metadata": ["x-key"], "longest_silence": "1m"}},
}


@functools.cache
def document(services, fault):
    (read,) = sources.read(["-"], stdin=io.BytesIO(text(services, fault=fault).encode()))
    return bytes(documents.as_json(documents.build([read], validated=False)), "ascii")


def judged(services, *, fault, settings):
    """Seconds of the processor, bytes of memory and how many locations have a finding."""
    data = {} if settings is None else {"nginx_grpc": settings}
    policy = CompiledPolicy(resources.policy_wasm(), data, {"time.now_ns": time.time_ns})
    given = document(services, fault)
    started, before = time.process_time(), policy._call("opa_heap_ptr_get")
    decision = policy.evaluate("nginx/grpc/decision", given)
    seconds = time.process_time() - started
    found = sum(finding["location"] != "" for finding in decision["deny"])
    return seconds, policy._call("opa_heap_ptr_get") - before, found


@pytest.mark.parametrize("fault", [False, True], ids=["nothing found", "a finding a location"])
@pytest.mark.parametrize("settings", [None, SETTINGS], ids=["no settings", "settings"])
def test_ten_times_the_locations(fault, settings):
    judge = functools.partial(judged, fault=fault, settings=settings)
    small, large = (min(judge(size) for _ in range(3)) for size in (SMALL, LARGE))
    assert (small[2], large[2]) == (4 * SMALL * fault, 4 * LARGE * fault)
    assert large[1] < 11 * small[1]
    # Caches, and whatever else runs on the machine, are not linear.
    assert large[0] < 16 * small[0]
