"""The completion scripts, run by the shells they are for."""

import shutil
import subprocess

import pytest

from nginx_grpc import cli
from nginx_grpc.reports import FORMATS


@pytest.fixture
def script(capsys, tmp_path):
    def make(shell):
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not installed")
        assert cli.main(["completion", shell]) == 0
        path = tmp_path / f"completion.{shell}"
        path.write_text(capsys.readouterr().out)
        return path

    return make


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


CASES = [
    ("", {"check", "bridge", "rules", "settings", "completion"}),
    ("check --form", {"--format"}),
    ("check --format ", set(FORMATS)),
    ("check nginx.conf --engine con", {"conftest"}),
    ("check --fail-on ", {"deny", "warn"}),
    ("bridge --in", {"--indent"}),
    ("rules NG10", {"NG101", "NG103"}),
    ("completion ", {"bash", "zsh", "fish"}),
]


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_bash_completes(line, wanted, script):
    words = ["nginx-grpc", *line.split(" ")]
    array = " ".join(f"'{word}'" for word in words)
    found = run(
        "bash",
        "-euc",
        f"source {script('bash')}; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; "
        '_nginx_grpc; printf "%s\\n" "${COMPREPLY[@]}"',
    )
    assert wanted <= set(found)
    assert all(word.startswith(words[-1]) for word in found)


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_fish_completes(line, wanted, script):
    path = script("fish")
    found = run("fish", "--no-config", "-c", f"source {path}; complete -C 'nginx-grpc {line}'")
    assert wanted <= set(found)


def test_zsh_reads_and_completes(script):
    path = script("zsh")
    run("zsh", "-n", str(path))
    # Completion itself needs a terminal: zsh's own pseudo-terminal is one.
    found = run(
        "zsh",
        "-fc",
        f"""zmodload zsh/zpty; zpty shell zsh -fi
        zpty -w shell "PROMPT=; autoload -U compinit; compinit -u -D; source {path}"
        zpty -w shell "LISTMAX=1000; bindkey '^I' complete-word"
        zpty -w -n shell $'nginx-grpc completion fi\\t'; sleep 2
        zpty -w -n shell $'\\nexit\\n'; sleep 1
        zpty -r shell output '*completion fish*' && echo completed; zpty -d shell""",
    )
    assert "completed" in found
