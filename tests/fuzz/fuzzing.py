"""The process that atheris runs in: `fuzzing.py parser|bridge [libFuzzer's options]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["nginx_grpc"]):
    from tests.fuzz.targets import TARGETS, made_up


def _mutate(data: bytes, most: int, seed: int) -> bytes:
    """A third is new from the grammar, a third is half of each, the rest is libFuzzer's."""
    kind = seed % 3
    if kind == 0:
        return made_up(seed, most)
    if kind == 1:
        new = made_up(seed, most)
        cut, other = seed // 3 % (len(data) + 1), seed // 7 % (len(new) + 1)
        return (data[:cut] + new[other:])[:most] or b"\0"
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    """Runs until told to stop, or until a find."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target, custom_mutator=_mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
