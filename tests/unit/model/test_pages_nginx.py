"""The search for an error page's location, held against real nginx on random locations."""

import itertools
import random

import httpx
import pytest

from tests.live.bench import VERSIONS, nginx
from tests.unit.model.reading import http

pytestmark = pytest.mark.live

LETTERS = ("a", "b", "ab")
URIS = [
    "/" + "".join(letters)
    for length in range(5)
    for letters in itertools.product("ab/", repeat=length)
    if "//" not in "/" + "".join(letters)
]


def block(chance, path, taken, depth):
    """Locations under a path, some with more inside; each answers with its own name."""
    found = []
    for letters in LETTERS:
        for ending in ("", "/"):
            modifier = chance.choice(["", "", "= ", "^~ ", None])
            inner = path + letters + ending
            if modifier is None or (modifier == "= ", inner) in taken:
                continue
            taken.add((modifier == "= ", inner))
            name = modifier + inner
            nested = ""
            if modifier != "= " and depth < 2 and chance.random() < 0.5:
                nested = block(chance, inner, set(), depth + 1)
            found.append(f'location {name} {{ {nested} return 200 "{name}"; }}')
    return " ".join(found)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", range(6))
def test_nginx_finds_the_same_location(version, seed):
    inside = block(random.Random(seed), "/", set(), 0)
    pages = " ".join(f"error_page {300 + at} {uri};" for at, uri in enumerate(URIS))
    text = f"server {{ listen LISTEN; {inside} {pages} location = /pass {{ grpc_pass a:1; }} }}"
    document = http(text.replace("LISTEN", "127.0.0.1:80"))
    [server] = document["servers"]
    names = {location["id"]: location["name"] for location in server["locations"]}
    ours = {page["uri"]: names.get(page["location"], "") for page in server["pages"]}
    assert ours.keys() == set(URIS)
    assert {page["answer"] for page in server["pages"]} <= {"page", "file"}
    with (
        nginx(text.replace("grpc_pass a:1", "grpc_pass 127.0.0.1:1"), version) as running,
        httpx.Client(base_url=f"http://{running.address}", trust_env=False) as client,
    ):
        theirs = {}
        for uri in URIS:
            answer = client.get(uri)
            theirs[uri] = answer.text if answer.status_code == 200 else ""
    assert ours == theirs
