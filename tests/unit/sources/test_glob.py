"""Patterns as glob(3) matches them, held against nginx itself."""

import os
import random
import subprocess
import time

import pytest

from nginx_grpc.sources import glob
from tests.oracle.nginx import binaries


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", ["a", "b.conf", "ab"]),
        ("a?", ["ab"]),
        ("[ab]", ["a"]),
        ("[!a]*", ["b.conf"]),
        ("[^a]*", ["b.conf"]),
        (r"\a", ["a"]),
        ("[]a]", ["a"]),
        ("[!]a]*", ["b.conf"]),
        ("[a-c]*", ["a", "b.conf", "ab"]),
        ("[[:alpha:]]", ["a"]),
        ("[[:digit:]]", []),
        ("[[:unknown:]]", []),
        ("[a", []),
        ("*.conf", ["b.conf"]),
        (".*", [".h.conf"]),
        (r"\.*", [".h.conf"]),
        ("[.]*", []),
        ("?h*", []),
        ("{a,b.conf}", []),
        ("**", ["a", "b.conf", "ab"]),
    ],
)
def test_patterns(pattern, names):
    found = glob.matching(pattern.encode(), [b"a", b"b.conf", b"ab", b".h.conf"])
    assert found == [name.encode() for name in names]


@pytest.mark.parametrize("pattern", [r"[\a]", r"[a-\c]", "[[.a.]]", "[[=a=]]", "x[!a\\]"])
def test_patterns_that_c_libraries_read_differently(pattern):
    with pytest.raises(glob.AmbiguousError):
        glob.matching(pattern.encode(), [])


def test_such_a_pattern_is_a_gap(site, gaps):
    site.write("nginx.conf", r"http { include '[\\a]*'; }")
    assert [gap[1] for gap in gaps(site.one())] == [
        "a pattern that not every system reads the same way"
    ]


def test_many_stars_take_no_time():
    start = time.monotonic()
    assert not glob.matching(b"*a" * 100 + b"b", [b"a" * 250])
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("name", "pattern"), [("a", False), (r"a\b", False), ("a*", True), ("a?", True), ("[", True)]
)
def test_what_is_a_pattern_to_nginx(name, pattern):
    assert glob.is_pattern(name.encode()) == pattern


@pytest.fixture(params=sorted(binaries()))
def nginx_files(request, tmp_path):
    """What nginx includes by a pattern, in its order."""
    (tmp_path / "logs").mkdir()

    def run(pattern):
        main = tmp_path / "main"
        escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
        main.write_text(f'events {{}}\ninclude "{escaped}";\n')
        ran = subprocess.run(
            [binaries()[request.param], "-T", "-p", tmp_path, "-c", main, "-e", "stderr",
             "-g", f"pid {tmp_path}/logs/pid;"],
            capture_output=True,
            timeout=20,
        )  # fmt: skip
        if ran.returncode:
            return None
        head = f"# configuration file {tmp_path}/"
        return [
            line.removeprefix(head).removesuffix(":")
            for line in ran.stdout.decode(errors="surrogateescape").splitlines()
            if line.startswith(head)
        ][1:]

    return run


NAMES = [
    "a.conf", "b.conf", "A.conf", "B.conf", "10.conf", "9.conf", "_.conf", "-.conf", "a b.conf",
    ".h.conf", "[a].conf", "[x", "a*.conf", "é.conf", "a]b", "\\x", "a-c", "!x", "^x", "a\\b",
]  # fmt: skip
SIGNS = ["*", "?", "[", "]", "!", "^", "-", "a", "b", "x", ".", "\\", "[ab]", "[!a]", "[^a]",
         "[]x]", "[a-z]", "[[:upper:]]", "[[:alnum:]]", ".conf", "*.conf", "[\\]]", "[x",
         "é", "A", "[z-a]",         "[[.a.]]", "[[=b=]]", "[a-", "[\\a-c]"]  # fmt: skip


@pytest.mark.skipif(not binaries(), reason="no nginx on this machine")
def test_the_same_files_in_the_same_order_as_nginx(nginx_files, site, tmp_path):
    # As a whole path d-e/a comes before d/a: "-" is before "/".
    folders = ["", "d/", "d2/", "d-e/", ".hidden/"]
    for folder in folders:
        (tmp_path / "g" / folder).mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (tmp_path / "g" / folder / name).write_text("env x;")
    generator = random.Random(3)
    patterns = [
        "g/*.conf", "g/[^x]*.conf", "g/[!x]*.conf", r"g/\[a*", "g/*/*.conf", "g/d*/[ab].conf",
        "g/d/*", "g/?.conf", "g/[[:upper:]]*", "g/.*.conf", "g/*/a.conf", "g//*.conf", "./g/*.conf",
        "g/d/../*.conf", r"g/\d/*.conf", r"g/\*", r"g/a\*.conf*", "g/d*/../*/a.conf", "none/*.conf",
    ]  # fmt: skip
    patterns += [
        "g/" + generator.choice(["", "", "d/", "*/", "d*/"])
        + "".join(generator.choice(SIGNS) for _ in range(generator.randint(1, 5)))
        for _ in range(400)
    ]  # fmt: skip
    compared = matched = ambiguous = 0
    for pattern in patterns:
        if not glob.is_pattern(pattern.encode()):
            continue
        theirs = nginx_files(pattern)
        if theirs is None:
            # A folder among the files: nginx fails, and so nothing is to be compared.
            continue
        escaped = pattern.replace("\\", "\\\\")
        (tmp_path / "nginx.conf").write_text(f'events {{}}\ninclude "{escaped}";\n')
        configuration = site.one("nginx.conf")
        unread = [directive.unread for directive in configuration.directives if directive.unread]
        if unread:
            assert unread == ["a pattern that not every system reads the same way"], pattern
            ambiguous += 1
            continue
        assert configuration.files[1:] == list(dict.fromkeys(map(os.path.normpath, theirs))), (
            pattern
        )
        compared += 1
        matched += bool(theirs)
    assert compared > 150
    assert matched > 30
    assert ambiguous < 200
