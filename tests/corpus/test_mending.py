"""`nginx-grpc fix` keeps its word on every sample configuration and every example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus import mending
from tests.corpus.expected import READ
from tests.corpus.samples import FILES
from tests.live.bench.tls import certificate
from tests.oracle.nginx import binaries
from tests.sampling import FULL, sample

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.conf"))
SAMPLES = [FILES / name for name in READ] if FILES.is_dir() else []
CASES = [
    (path, profile, unsafe)
    for path in (*EXAMPLES, *SAMPLES)
    for profile in mending.PROFILES
    for unsafe in (False, True)
]
_CERTIFICATE = re.compile(r"(ssl_certificate(?:_key)?)[ \t]+[^;\s]+;")


@pytest.mark.parametrize(
    ("path", "profile", "unsafe"),
    sample(CASES, 24),
    ids=lambda each: each.stem if isinstance(each, Path) else str(each),
)
def test_a_fix_does_what_it_says_and_nothing_else(path, profile, unsafe, tmp_path):
    fixed = mending.mended(path, profile, unsafe=unsafe)
    assert list(mending.problems(fixed, profile, unsafe=unsafe)) == []
    equipped = tmp_path / path.name
    equipped.write_text(with_certificates(path.read_text("latin-1")), "latin-1")
    fixed = mending.mended(equipped, profile, unsafe=unsafe)
    for nginx in list(binaries().values())[: 2 if FULL else 1]:
        # Refused where it takes no more what it took.
        mending.accepted(fixed, nginx)


def with_certificates(text: str) -> str:
    """The text with certificates that are there, so that nginx can say more of it."""
    ours = certificate("example.com")
    files = {"ssl_certificate": ours.certificate, "ssl_certificate_key": ours.key}
    if _CERTIFICATE.search(text):
        return _CERTIFICATE.sub(lambda found: f"{found[1]} {files[found[1]]};", text)
    said = " ".join(f"{name} {file};" for name, file in files.items())
    if re.search(r"^http \{", text, re.MULTILINE):
        return re.sub(r"^http \{", f"http {{ {said}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^(\s*server \{)", rf"\1 {said}", text, flags=re.MULTILINE)


def test_nginx_takes_most_of_them(tmp_path):
    """What nginx refuses anyway proves nothing: of the examples it takes nearly all."""
    nginx = next(iter(binaries().values()))
    chosen = sample(EXAMPLES, 10)
    taken = 0
    for number, path in enumerate(chosen):
        equipped = tmp_path / f"{number}.conf"
        equipped.write_text(with_certificates(path.read_text()))
        fixed = mending.mended(equipped, "evidence", unsafe=True)
        taken += any("nginx -t takes" in note for note in mending.accepted(fixed, nginx))
    assert taken > len(chosen) * 0.7
