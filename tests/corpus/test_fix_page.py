"""docs/fix.md says what `nginx-grpc fix` does now."""

from __future__ import annotations

import pytest

from tests.corpus import fix_page
from tests.corpus.samples import ABSENT, FILES


def test_each_rule_says_what_its_edit_can_do():
    fixes = list(fix_page.example_fixes())
    for rule, kind, why in fixes:
        assert kind in ("safe", "unsafe", "manual"), rule
        assert (kind == "safe") == (why == ""), (rule, why)
    assert fix_page.rules_table() in fix_page.PAGE.read_text()


@pytest.mark.full
@pytest.mark.corpus
@pytest.mark.skipif(not FILES.is_dir(), reason=ABSENT)
@pytest.mark.timeout(1200)
def test_the_page_is_in_step():
    assert fix_page.PAGE.read_text() == fix_page.page()
