"""The project's own tools come before the machine's, as in make."""

import os
import pathlib

import pytest
from hypothesis import settings

from tests.sampling import FULL

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_configure():
    own = [str(ROOT / ".tools" / "bin"), str(ROOT / ".venv" / "bin")]
    path = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part not in own]
    os.environ["PATH"] = os.pathsep.join([*own, *path])
    # As each other sample, the examples of a property are the same in each run.
    settings.register_profile("sample", derandomize=not FULL)
    settings.load_profile("sample")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave what is marked `full` to `make full`, and make xdist's groups count again.

    xdist 3.8 writes a test's group to `_nodeid`, which pytest 9.2 no longer reads: tests that share
    one thing of the machine (ports, a cluster) would run beside each other.
    """
    left = [] if FULL else [item for item in items if item.get_closest_marker("full")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("full")]
    for item in items:
        written = vars(item).get("_nodeid", "")
        if "@" in written and hasattr(item, "_id") and item.nodeid != written:
            from _pytest.nodeid import coerce_node_id

            item._id = coerce_node_id(written)
