"""crossplane's reading beside nginx's: where they part, the text is refused."""

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import crossplane
from nginx_grpc.parsers.crossplane import CrossplaneParser


def refusal(text):
    with pytest.raises(Refused) as caught:
        CrossplaneParser().parse(text.encode(), "nginx.conf")
    return str(caught.value)


def test_another_crossplane_is_refused(monkeypatch):
    # ngxparse, nginx-crossplane and crossplane-ng all install a module of this name.
    monkeypatch.setattr("crossplane.__version__", "0.5.16")
    with pytest.raises(
        Refused, match=r"crossplane 0\.5\.16 stands where crossplane 0\.5\.8 should"
    ):
        CrossplaneParser()


def test_a_difference_between_the_two_readings_is_refused(monkeypatch):
    # No text is known that gets here; so a crossplane that is wrong on purpose has to show it.
    def lexer(pieces):
        for value, line, quoted in honest(pieces):
            yield value.replace("300s", "60s"), line, quoted

    honest = crossplane._lex_file_object
    monkeypatch.setattr(crossplane, "_lex_file_object", lexer)
    message = refusal("location / {\n grpc_read_timeout 300s;\n}")
    assert message.startswith("nginx.conf:2: nginx and crossplane read this differently")


@pytest.mark.parametrize("kept", [0, 3])
def test_a_token_that_crossplane_loses_is_missed(monkeypatch, kept):
    honest = crossplane._lex_file_object
    monkeypatch.setattr(
        crossplane, "_lex_file_object", lambda pieces: iter(list(honest(pieces))[:kept])
    )
    assert "nginx and crossplane read this differently" in refusal("env a;\nenv b;")
