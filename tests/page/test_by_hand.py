"""What a person does in the page: take and leave fixes, share a link, read a log."""

import pytest

from tests.page.test_accessible import BAD, judged

pytestmark = pytest.mark.xdist_group("page")

SETTLED = """async () => {
  while (busy || document.body.dataset.judged !== String(version) || engine.pending) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return [fixes.offers.filter((each) => each.can).length, fixes.patch];
}"""


def test_fixes_are_taken_and_left(browser):
    judged(browser)
    can, patch = browser.evaluate(SETTLED)
    assert can
    assert "+            return 200;" in patch
    browser.do("click", selector="#tab-fixes")
    browser.evaluate("() => fixes.tools.lastChild.click()")
    assert browser.evaluate(SETTLED)[1] == ""
    browser.evaluate("() => fixes.list.querySelector('li[data-key^=NG105] input').click()")
    one = browser.evaluate(SETTLED)[1]
    assert one
    assert len(one) < len(patch)
    browser.evaluate("() => fixes.tools.firstChild.click()")
    assert browser.evaluate(SETTLED)[1] == patch
    before = browser.evaluate("() => report.summary.deny")
    browser.evaluate("() => fixes.out.firstChild.click()")
    browser.evaluate(
        "async () => { for (let each = 0; each < 1500"
        " && !editor.text.includes('grpc_next_upstream error timeout'); each += 1)"
        " await new Promise((go) => setTimeout(go, 20)); }"
    )
    browser.evaluate(SETTLED)
    assert browser.evaluate("() => report.summary.deny") < before


def test_a_link_holds_pseudonyms_and_opens(browser):
    judged(browser)
    browser.do("click", selector="#open-share")
    link = browser.evaluate(
        "async () => { while (!byId('link').value) await new Promise((go) => setTimeout(go, 20));"
        " return byId('link').value; }"
    )
    name, _, fragment = link.partition("#")
    assert name == "nginx-grpc.html"
    held = browser.evaluate(
        "async (held) => (await filesOf(held)).map(([name, data]) => [name, decoded(data)])",
        fragment,
    )
    text = " ".join(part for pair in held for part in pair)
    assert "grpc_pass" in text
    for word in ("api.internal", "orders", "shop.Orders", "plain.internal", "other.conf"):
        assert word in BAD + "conf.d/other.conf"
        assert word not in text
    for broken in ("1.AAAA", "2.x", "1.", "1." + "A" * 3_000_000):
        assert browser.evaluate(
            "(fragment) => filesOf(fragment).then(() => '', (error) => error.message)", broken
        )


def test_a_log_is_held_against_the_configuration(browser):
    judged(browser)
    browser.evaluate(SETTLED)
    browser.do("click", selector="#tab-log")
    said = browser.evaluate(
        "async () => { while (!byId('log').querySelector('.candidates'))"
        " await new Promise((go) => setTimeout(go, 20)); return byId('log').innerText; }"
    )
    assert "Confirmed" in said
    assert "NG106" in said
