"""`nginx-grpc rules TEXT`: titles, words and what one sees."""

import json

import pytest

from nginx_grpc import catalogue, cli
from nginx_grpc.explain import symptoms


@pytest.fixture
def found(capsys: pytest.CaptureFixture):
    def run(*words: str) -> dict:
        assert cli.main(["rules", *words, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_a_part_of_a_line(found) -> None:
    told = found("recv() failed (104")
    assert told["symptoms"][0]["class"] == "upstream-reset"
    assert told["rules"][0]["id"] == "NG103"
    assert told["symptoms"][0]["page"] == "docs/symptoms.md#upstream-reset"


def test_a_client_s_words_unquoted(found) -> None:
    told = found("rpc", "error:", "code", "=", "Unavailable")
    assert told["symptoms"][0]["class"] == "unavailable"
    told = found("Received", "http2", "header", "with", "status:", "413")
    assert told["rules"][0]["id"] == "NG302"


def test_words_of_a_rule(found) -> None:
    assert "NG205" in [rule["id"] for rule in found("max_fails")["rules"]]
    assert "NG405" in [rule["id"] for rule in found("SNI", "certificate")["rules"]]


def test_rules_that_are_called_so_come_first(found) -> None:
    """A word is no message: what has it in its name is what is meant."""
    called = [rule["id"] for rule in found("keepalive")["rules"]]
    assert {"NG103", "NG104", "NG203"} == set(called[:3])
    assert "NG218" in called


def test_the_list_fits_a_terminal() -> None:
    for width in (80, 200):
        lines = catalogue.show(None, "text", color=False, width=width).splitlines()
        assert max(map(len, lines)) <= width
        of_rule = {rule.id: rule for rule in catalogue.rules()}
        rows = [line for line in lines if line[:5] in of_rule]
        assert len(rows) == len(of_rule)
        assert all(row.endswith(of_rule[row[:5]].title) for row in rows)
        assert (width == 200) is any("keepalive-timeout" in row for row in rows)


def test_nothing(capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["rules", "xyzzy"]) == 2
    assert "no rule or symptom has xyzzy" in capsys.readouterr().err


def test_the_text_fits_a_terminal() -> None:
    text = catalogue.show("recv() failed (104", "text", color=False, width=80)
    assert all(len(line) <= 80 or "https://" in line for line in text.splitlines())
    assert "upstream-reset" in text


def test_104_stands_on_its_rule_s_page() -> None:
    """Each rule that can be seen says how: on its page and in the index of symptoms."""
    seen = {rule.id: symptoms.of_rule(rule.id) for rule in catalogue.rules()}
    says = [said for each, _ in seen["NG103"] for texts in each.says.values() for said in texts]
    wanted = "recv() failed (104: Connection reset by peer) while reading response header"
    assert any(said.startswith(wanted) for said in says)
    unseen = {rule for rule, each in seen.items() if not each}
    # The input's own rules, and those of faults that no call shows.
    assert unseen <= {
        *("NG001", "NG002", "NG003", "NG004", "NG005"),
        *("NG202", "NG204", "NG215", "NG304", "NG404"),
    }
