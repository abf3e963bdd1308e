"""Nothing that this repository or the corpus has is clean where it was not read in full."""

from dataclasses import replace

import pytest

from nginx_grpc import summary
from nginx_grpc.engines import by_name
from nginx_grpc.findings import CheckResult, Input
from nginx_grpc.reports import by_name as report
from tests.engines import configurations

ORIGINS = {
    "examples": configurations.examples,
    "corpus": configurations.corpus,
    "live": configurations.live,
}


def judged(document, profile):
    settings = {**document.get("settings", {}), "profile": profile}
    (decision,) = by_name("embedded").decide([{**document, "settings": settings}], settings)
    given = replace(Input.of(document), not_judged=decision.not_judged)
    findings = [replace(finding, entry=given.entry) for finding in decision.findings]
    return CheckResult([given], findings, decision.rules, "embedded")


@pytest.mark.parametrize("profile", ["checklist", "evidence"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_what_is_incomplete_is_not_clean(origin, profile):
    incomplete = clean = 0
    for name, document in ORIGINS[origin]():
        result = judged(document, profile)
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
