"""Nothing that this repository or the corpus has is clean where it was not read in full."""

import pytest

from nginx_grpc import documents, summary
from nginx_grpc.check import check
from nginx_grpc.engines import by_name
from nginx_grpc.reports import by_name as report
from nginx_grpc.settings_search import Given
from tests.engines import configurations

ORIGINS = {
    "examples": configurations.examples_read,
    "corpus": configurations.corpus_read,
    "live": configurations.live_read,
}


def judged(configuration, profile):
    given = Given({"profile": profile})
    return check([configuration], by_name("embedded"), settings_of=lambda _: given)


@pytest.mark.parametrize("profile", ["checklist", "evidence"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_what_is_incomplete_is_not_clean(origin, profile):
    incomplete = clean = 0
    for name, configuration in ORIGINS[origin]():
        (document,) = documents.build([configuration])
        result = judged(configuration, profile)
        word = summary.verdict(result)
        clean += word == summary.CLEAN
        if document["complete"]:
            continue
        incomplete += 1
        assert word not in (summary.CLEAN, summary.PASSED), name
        assert "clean:" not in report("text").render(result), name
        assert "clean" not in report("markdown").render(result).splitlines()[0], name
        # conftest, an OPA server and admission have the findings alone.
        if result.grpc_locations or any(gap.kind == "include" for gap in result.inputs[0].gaps):
            assert {finding.id for finding in result.findings} & {"NG002", "NG005"}, name
    if origin == "corpus" and not configurations.CORPUS.is_dir():
        pytest.skip("no corpus here")
    assert incomplete or origin != "corpus"
    assert clean or (origin, profile) != ("examples", "evidence")
