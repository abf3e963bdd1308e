"""The project's own tools come before the machine's, as in make."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_configure():
    own = [str(ROOT / ".tools" / "bin"), str(ROOT / ".venv" / "bin")]
    path = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part not in own]
    os.environ["PATH"] = os.pathsep.join([*own, *path])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Make xdist's groups count again.

    xdist 3.8 writes a test's group to `_nodeid`, which pytest 9.2 no longer reads: tests that share
    one thing of the machine (ports, a cluster) would run beside each other.
    """
    for item in items:
        written = vars(item).get("_nodeid", "")
        if "@" in written and hasattr(item, "_id") and item.nodeid != written:
            from _pytest.nodeid import coerce_node_id

            item._id = coerce_node_id(written)
