"""Runs workflows for real, by act on this machine, in a repository made for it."""

import json
import os
import pathlib
import re
import subprocess
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPOSITORY = "nginx-grpc-policy/nginx-grpc-policy"
# The action as the examples use it, at a commit.
ACTION = re.search(
    rf"uses: ({REPOSITORY}/\S+@(\S+))",
    (ROOT / "examples/github-actions/check.yml").read_text(),
)
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
UPLOAD = re.compile(r"github/codeql-action/upload-sarif@([0-9a-f]{40})")


@dataclass
class Step:
    """What one step of a job did, with the steps of the action that it used.

    Args:
        commands: (command, properties, message) of each workflow command, in order.
        output: what it printed, without the commands.
        summary: what it wrote to the summary.
        outputs: its outputs.
        result: success or failure, empty where it did not run.
    """

    commands: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    output: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    result: str = ""

    def annotations(self, *levels: str) -> list[tuple[dict[str, str], str]]:
        return [(where, text) for level, where, text in self.commands if level in levels]


@dataclass
class Run:
    """What one run of a workflow did: whether all jobs succeeded, each step by JOB/ID, the log.

    The ID is a number where the workflow gives none. The job `check` need not be named.
    """

    succeeded: bool = False
    steps: dict[str, Step] = field(default_factory=dict)
    log: str = ""

    def __getitem__(self, step: str) -> Step:
        return self.steps.get(step if "/" in step else f"check/{step}", Step())


def copy_of_this_repository(folder: pathlib.Path) -> pathlib.Path:
    """The files that git knows or would take, as an action's runner would have them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in listed.decode().split("\0"):
        source, target = ROOT / name, folder / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode)
    return folder


def commit(folder: pathlib.Path) -> None:
    """Make a git repository of a folder, with everything in it committed."""
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["remote", "add", "origin", "https://github.com/example/site"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "A site"],
    ):
        subprocess.run([*git, *command], cwd=folder, check=True, capture_output=True)


def workflow(**steps: dict[str, str]) -> str:
    """A job that uses the action once for each of `steps`, by id and inputs."""
    text = "on: push\npermissions:\n  contents: read\njobs:\n  check:\n"
    text += f"    runs-on: ubuntu-latest\n    steps:\n      - uses: {CHECKOUT}\n"
    for name, inputs in steps.items():
        text += f"      - id: {name}\n        continue-on-error: true\n"
        text += f"        uses: {ACTION[1]}\n        with:\n"
        text += "".join(f"          {key}: {json.dumps(given)}\n" for key, given in inputs.items())
    return text


def act(
    site: pathlib.Path,
    action: pathlib.Path,
    *,
    event: str = "push",
    payload: dict | None = None,
    environment: dict[str, str] | None = None,
) -> Run:
    """Run the workflow of a repository with the action of another."""
    digest = UPLOAD.search((action / ".github/actions/nginx-grpc/action.yml").read_text())
    assert digest, "the action's upload is not pinned"
    stand_in = site.parent / "codeql-action" / "upload-sarif"
    if not stand_in.exists():
        stand_in.mkdir(parents=True)
        (stand_in / "action.yml").write_bytes(
            (ROOT / "tests/actions/upload-sarif/action.yml").read_bytes()
        )
    events = site.parent / "event.json"
    events.write_text(json.dumps(payload or {}))
    command = ["act", event, "--json", "--eventpath", str(events), "--pull=false"]
    command += ["--platform", "ubuntu-latest=-self-hosted", "--no-cache-server", "--rm"]
    command += ["--action-cache-path", str(site.parent / "cache")]
    command += ["--local-repository", f"{REPOSITORY}@{ACTION[2]}={action}"]
    command += ["--local-repository", f"github/codeql-action@{digest[1]}={stand_in.parent}"]
    for name, value in (environment or {}).items():
        command += ["--env", f"{name}={value}"]
    known = ("PATH", "HOME", "LANG", "LC_ALL", "PIP_INDEX_URL", "PIP_CACHE_DIR", "SSL_CERT_FILE")
    clean = {name: os.environ[name] for name in known if name in os.environ}
    done = subprocess.run(
        command, cwd=site, env=clean, capture_output=True, text=True, timeout=280, check=False
    )
    return _read(done.stdout, done.stdout + done.stderr)


def _read(lines: str, log: str) -> Run:
    results = []
    run = Run(log="\n".join(re.findall(r'"msg":"(.*?)(?<!\\)"', log)))
    for line in lines.splitlines():
        if not line.startswith("{"):
            continue
        said = json.loads(line)
        if "jobResult" in said:
            results.append(said["jobResult"])
        if said.get("stage") != "Main":
            continue
        step = run.steps.setdefault(f"{said['jobID']}/{said['stepID'][0]}", Step())
        if said.get("raw_output"):
            step.output += said["msg"]
        elif said.get("command") == "summary":
            step.summary += said["content"]
        elif said.get("command") == "set-output":
            step.outputs[said["name"]] = said["arg"]
        elif "command" in said:
            step.commands.append((said["command"], said.get("kvPairs", {}), said["arg"]))
        if "stepResult" in said and len(said["stepID"]) == 1:
            step.result = said["stepResult"]
    run.succeeded = bool(results) and set(results) == {"success"}
    return run
