"""A document that does not fit its schema is never given out."""

import copy

import pytest

from nginx_grpc import documents, model, sources
from nginx_grpc.errors import Refused

EMPTY = documents.empty({})


def test_what_fits_is_given_out():
    documents.validate([EMPTY, EMPTY])


@pytest.mark.parametrize("field", sorted(set(EMPTY) - {"settings"}))
@pytest.mark.parametrize("change", ["remove", "mistype"])
def test_what_does_not_fit_is_a_fault_of_this_tool(field, change):
    wrong = copy.deepcopy(EMPTY)
    if change == "mistype":
        wrong[field] = 1.5
    elif field == "source":
        wrong["source"].pop("kind")
    else:
        del wrong[field]
    if field == "source" and change == "mistype":
        wrong = {**EMPTY, "source": {**EMPTY["source"], "files": "none"}}
    with pytest.raises(Refused, match="please report it"):
        documents.validate([EMPTY, wrong])


LARGE = "".join(
    f"upstream u{n} {{ server 10.0.0.1; }}\n"
    f"server {{ server_name {n}; location / {{ grpc_pass u{n}; }} }}\n"
    for n in range(250)
)


def read(tmp_path, text=LARGE):
    path = tmp_path / "nginx.conf"
    path.write_text(f"events {{}}\nhttp {{\n{text}}}\n")
    (configuration,) = sources.read([str(path)], stdin=None)
    return configuration


@pytest.mark.parametrize("text", [LARGE, ""])
def test_a_document_in_pieces_is_the_document(tmp_path, text):
    configuration = read(tmp_path, text)
    whole = documents.build([configuration], settings={"profile": "evidence"})
    pieces = list(documents.written(configuration, {"profile": "evidence"}))
    assert "".join(pieces) == documents.as_json(whole)
    # No piece is much of a large one.
    assert not text or max(map(len, pieces)) < sum(map(len, pieces)) / 2


@pytest.mark.parametrize("kind", ["each_as_json", "servers", "ending"])
def test_no_piece_is_given_out_that_does_not_fit(tmp_path, monkeypatch, kind):
    real = {
        "each_as_json": (model.upstreams.Upstreams, lambda node: node | {"line": "one"}),
        "servers": (model.document.Model, lambda node: node | {"names": 7}),
        "ending": (model.document.Model, None),
    }
    owner, wrong = real[kind]
    original = getattr(owner, kind)

    def changed(self, *arguments):
        if wrong is None:
            return {**original(self), "features": 1}
        return (
            wrong(node) if number == 150 else node
            for number, node in enumerate(original(self, *arguments))
        )

    monkeypatch.setattr(owner, kind, changed)
    given = []
    where = {"each_as_json": r"\$\.upstreams\.150\.line", "servers": r"\$\.servers\.150\.names"}
    with pytest.raises(Refused, match=where.get(kind, r"\$\.features")):
        given.extend(documents.written(read(tmp_path)))
    assert "one" not in "".join(given)


def test_a_document_in_pieces_lacks_nothing(tmp_path, monkeypatch):
    ending = model.document.Model.ending
    monkeypatch.setattr(
        model.document.Model,
        "ending",
        lambda self: {name: each for name, each in ending(self).items() if name != "waivers"},
    )
    with pytest.raises(Refused, match=r"\$\.waivers"):
        list(documents.written(read(tmp_path)))
