"""What has nothing to do with gRPC is no concern, and never explained as if it had."""

from pathlib import Path

import pytest

from nginx_grpc.explain.recognition import Recogniser

LINES = (Path(__file__).parent / "unrelated.log").read_text().splitlines()


def test_there_are_two_hundred() -> None:
    assert len(set(LINES)) >= 200


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_no_candidate(line: str) -> None:
    seen = Recogniser().see(line)
    assert seen is not None
    assert seen.entry is None or not seen.entry.matters, seen.entry.name
