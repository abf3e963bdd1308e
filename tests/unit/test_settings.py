"""The settings file is read as OPA reads it, and every malformed one is refused with its line."""

import pytest

from nginx_grpc import settings, settings_chain
from nginx_grpc.errors import Refused


def read(text: str) -> dict:
    return settings.parse(text, "nginx-grpc.yaml")


def test_words_that_yaml_1_1_would_change_stay_text():
    got = read("nginx_grpc:\n  levels: {NG101: off}\n  a: 1:30\n  b: 2027-01-01\n  c: yes\n")
    assert got == {"levels": {"NG101": "off"}, "a": "1:30", "b": "2027-01-01", "c": "yes"}


def test_a_bare_version_is_the_number_that_opa_would_see():
    assert read("nginx_grpc: {nginx_version: 1.30}") == {"nginx_version": 1.3}


def test_nothing_below_the_key_is_no_settings():
    assert read("nginx_grpc:\n") == {}


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("profile: evidence\n", None, "no key nginx_grpc"),
        ("", None, "no key nginx_grpc"),
        ("- nginx_grpc\n", None, "no key nginx_grpc"),
        ("nginx_grpc: evidence\n", None, "no mapping"),
        ("nginx_grpc:\n  profile: [\n", 3, "not YAML"),
        ("nginx_grpc:\n  workers: 1\n  workers: 2\n", 3, "workers stands twice"),
        ("nginx_grpc:\n  a: &x {b: 1}\n  c: *x\n", 2, "alias"),
        ("nginx_grpc:\n  a: &x [*x]\n", 2, "alias"),
        ("nginx_grpc:\n  a: &x [1]\n  b: [2, *x]\n", 2, "alias"),
        ("nginx_grpc:\n  a: !!set {b: 1}\n  ? [c]\n  : 1\n", 3, "no plain text"),
        ("nginx_grpc:\n  a: !python/object:os.system {}\n", 2, "tag"),
        ("nginx_grpc:\n  a: .inf\n", 2, "JSON"),
        ("nginx_grpc:\n  a: 1e999\n", 2, "large"),
        ("nginx_grpc:\n  a: 1\n---\nnginx_grpc: {}\n", 3, "not YAML"),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(text, line, word):
    with pytest.raises(Refused, match=word) as refused:
        read(text)
    assert refused.value.hint
    if line is not None:
        assert refused.value.line == line


def test_deep_nesting_is_refused_not_crashed_on():
    with pytest.raises(Refused, match="nested too deeply"):
        read("nginx_grpc: " + "[" * 50_000)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Refused, match="can't read the settings: no such file"):
        settings_chain.load(str(tmp_path / "nginx-grpc.yaml"))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    file = tmp_path / "nginx-grpc.yaml"
    file.write_bytes(b"nginx_grpc: \xff\xfe")
    with pytest.raises(Refused, match="UTF-8"):
        settings_chain.load(str(file))


def test_the_file_is_looked_for_up_to_the_repository_and_not_above(tmp_path):
    deploy = tmp_path / "repository" / "deploy"
    deploy.mkdir(parents=True)
    # No repository: only the file's own folder.
    assert settings.folders(str(deploy)) == [str(deploy)]
    (deploy.parent / ".git").mkdir()
    assert settings.folders(str(deploy)) == [str(deploy), str(deploy.parent)]


def test_flags_go_over_the_file():
    got = settings.with_overrides({"profile": "checklist"}, profile="evidence", nginx_version=None)
    assert got == {"profile": "evidence"}
    assert settings.with_overrides(None, profile=None, nginx_version=None) is None
