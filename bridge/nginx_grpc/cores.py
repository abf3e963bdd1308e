"""How many cores this process may use."""

from __future__ import annotations

import math
import os
from contextlib import suppress

__all__ = ["cores"]

_CGROUP = "/sys/fs/cgroup"


def cores() -> int:
    """At least 1: those that the scheduler gives it, and no more than its cgroup's quota."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        count = os.cpu_count() or 1
    quota = _quota()
    return max(1, count if quota is None else min(count, math.ceil(quota)))


def _quota() -> float | None:
    """The cores of the cgroup that a container sees as its own; None without a limit."""
    with suppress(OSError, ValueError):
        said, period = _read("cpu.max").split()
        return None if said == "max" else int(said) / int(period)
    with suppress(OSError, ValueError):
        share = int(_read("cpu/cpu.cfs_quota_us"))
        return None if share <= 0 else share / int(_read("cpu/cpu.cfs_period_us"))
    return None


def _read(name: str) -> str:
    with open(f"{_CGROUP}/{name}", encoding="ascii") as file:
        return file.read()
