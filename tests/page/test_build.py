"""The file itself: what it is made of, and that it is always the same."""

import hashlib
import json
import re
import shutil
import subprocess
from base64 import b64encode
from html import unescape
from importlib import metadata

import pytest

from nginx_grpc import __version__
from tests.page.browsers import PAGE, ROOT, missing, node

pytestmark = [
    pytest.mark.xdist_group("page"),
    pytest.mark.skipif(bool(missing("chromium")), reason=missing("chromium")),
]


def policy(text):
    (found,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    rules = (rule.split() for rule in found.split(";"))
    return {name: values for name, *values in rules}


def hashed(text):
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


def test_the_policy_lets_its_own_scripts_run_and_nothing_else():
    text = PAGE.read_text()
    app = unescape(re.search(r'srcdoc="([^"]*)"', text)[1])
    around = re.sub(r'srcdoc="[^"]*"', "", text)
    scripts = [
        hashed(each)
        for page in (around, app)
        for each in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    styles = [
        hashed(each)
        for page in (around, app)
        for each in re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    ]
    assert (len(scripts), len(styles)) == (2, 2)
    assert policy(text) == {
        "default-src": ["'none'"],
        "script-src": [*scripts, "'wasm-unsafe-eval'"],
        "worker-src": ["blob:"],
        "style-src": styles,
        "img-src": ["data:"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["worker"],
    }
    # The policy stands before anything that it is for.
    assert text.index("Content-Security-Policy") < min(text.index("<script"), text.index("<style"))
    assert re.findall(r"<iframe[^>]*?sandbox=\"([^\"]*)\"", text) == ["allow-scripts"]


def test_no_attribute_loads_or_runs_anything():
    text = PAGE.read_text()
    for page in (
        re.sub(r'srcdoc="[^"]*"', "", text),
        unescape(re.search(r'srcdoc="([^"]*)"', text)[1]),
    ):
        markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
        assert set(re.findall(r"\b(?:src|href|action|on\w+)=\"([^\"]*)\"", markup)) <= {"data:,"}


def test_its_size():
    assert PAGE.stat().st_size <= 8_500_000


def test_what_is_inside_is_pinned_and_named():
    lock = json.loads((ROOT / "page/package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert all("integrity" in each and "resolved" not in each for each in packages.values())
    version = packages["node_modules/pyodide"]["version"]
    assert f"Pyodide {version} " in (ROOT / "page/LICENCES.txt").read_text()
    assert f'"nginx-grpc-policy-page=={__version__}"' in (ROOT / "pyproject.toml").read_text()


# What a compiled library leaves in a program, and what the licences call it.
TRACES = {
    rb"SQLite format 3": "SQLite",
    rb"libbzip2": "bzip2",
    rb"\w+_lzma|lzma_easy": "liblzma",
    rb"ZSTD_|zstd library": "Zstandard",
    rb"mimalloc_verbose|mimalloc: warning": "mimalloc",
    rb"expat_\d": "Expat",
    rb"mpdec/mpdecimal\.c": "mpdecimal",
    rb"HACL\*": "HACL*",
    rb"OpenSSL \d": "OpenSSL",
    rb"libuuid": "libuuid",
}


def test_the_licences_are_those_of_what_is_inside():
    shown = unescape(unescape(re.search(r'srcdoc="([^"]*)"', PAGE.read_text())[1]))
    told = (ROOT / "page/LICENCES.txt").read_text()
    assert told in shown
    pyodide = ROOT / "page/node_modules/pyodide"
    program = (pyodide / "pyodide.asm.wasm").read_bytes()
    found = {name for trace, name in TRACES.items() if re.search(trace, program)}
    assert {"SQLite", "Expat", "mpdecimal"} <= found
    assert {name for name in found if name not in told} == set()
    versions = re.findall(rb"expat_(\d+\.\d+\.\d+)", program)
    assert [each for each in versions if f"Expat {each.decode()} " not in told] == []
    # zlib, Secret Labs and CNRI write their own notices into it.
    squeezed = " ".join(told.split())
    for notice in re.findall(
        rb"(?:flate [\d.]+ |SRE [\d.]+ |\(c\) )Copyright ((?:\(c\) )?[\w\- ]+)", program
    ):
        words = notice.decode().split(" All ")[0].strip()
        assert words.split(" ", 1)[-1] in squeezed, words
    info = json.loads((pyodide / "pyodide-lock.json").read_text())["info"]
    minor = ".".join(info["python"].split(".")[:2])
    assert f"CPython {minor} " in told
    assert json.loads((pyodide / "package.json").read_text())["license"] == "MPL-2.0"
    [licence] = metadata.files("PyYAML") and [
        file for file in metadata.files("PyYAML") if file.name == "LICENSE"
    ]
    for line in re.findall("Copyright .*", licence.read_text()):
        assert line in told


@pytest.mark.full
def test_the_same_bytes_again(tmp_path):
    """From a copy of the sources at another place."""
    shutil.copytree(ROOT / "bridge", tmp_path / "bridge")
    shutil.copytree(ROOT / "page", tmp_path / "page")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    import yaml

    run = [node(), str(tmp_path / "page/parts.mjs"), yaml.__path__[0][: -len("/yaml")]]
    subprocess.run([*run, str(tmp_path / "parts.json")], check=True, timeout=280)
    build = [node(), str(tmp_path / "page/build.mjs"), str(tmp_path / "parts.json")]
    subprocess.run([*build, str(tmp_path / "page.html")], check=True, timeout=60)
    assert (tmp_path / "page.html").read_bytes() == PAGE.read_bytes()
