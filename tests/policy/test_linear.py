"""Ten times the locations cost about ten times the time, wherever the findings point."""

import json
import time

import pytest

from nginx_grpc import cli
from tests.policy.judging import embedded

pytestmark = [pytest.mark.engines, pytest.mark.slow]

SMALL, LARGE = 500, 4_000


def own_lines(number):
    """Each location lacks what it should say: every finding has a line of its own."""
    return "", [f"location /p{i}.v1.Svc/ {{ grpc_pass grpc://greeter; }}" for i in range(number)]


def one_line(number):
    """All locations inherit what is wrong: every finding points at one line."""
    return "grpc_next_upstream off;\ngrpc_read_timeout 1s;\n", own_lines(number)[1]


def unknown(number):
    """Every location has a doubt of its own."""
    return "", [
        f"location /p{i}.v1.Svc/ {{ grpc_pass $unseen{i}; grpc_read_timeout $t{i}; }}"
        for i in range(number)
    ]


def addresses(number):
    """Every location names an address, and an upstream names the same."""
    peers = [f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}:50051" for i in range(number)]
    return (
        "".join(f"upstream u{i} {{ server {peer}; }}\n" for i, peer in enumerate(peers)),
        [f"location /p{i}/ {{ grpc_pass grpc://{peer}; }}" for i, peer in enumerate(peers)],
    )


def document(tmp_path, shape, number):
    around, locations = shape(number)
    text = "events {}\nhttp {\nupstream greeter { server 10.0.0.1:50051; }\n" + around
    text += "server {\nlisten 443 ssl http2;\n" + "\n".join(locations) + "\n}\n}\n"
    configuration, target = tmp_path / "nginx.conf", tmp_path / "document.json"
    configuration.write_text(text)
    command = ["bridge", "--no-validate", str(configuration), "--output", str(target)]
    assert cli.main(command) == 0
    return json.loads(target.read_text())


@pytest.mark.parametrize("shape", [own_lines, one_line, unknown, addresses])
def test_time(tmp_path, shape):
    decide = embedded()
    took = {}
    for number in (SMALL, LARGE):
        given = document(tmp_path, shape, number)
        # The better of two: a busy machine only adds, to the short one most.
        times = []
        for _ in range(2 if number == SMALL else 1):
            before = time.process_time()
            decision = decide(given)
            times.append(time.process_time() - before)
        assert not decision["allow"]
        took[number] = min(times)
    # Quadratic would be 64.
    assert took[LARGE] / took[SMALL] < 20, took
