"""All of the page by keyboard, by screen reader, in small windows, in light and dark."""

import pytest

from tests.page.browsers import ROOT

pytestmark = pytest.mark.xdist_group("page")

AXE = ROOT / "page/node_modules/axe-core/axe.min.js"
BAD = (ROOT / "examples/checklist/bad.conf").read_text()
LOG = (
    "2026/01/15 03:42:07 [error] 31#31: *12 upstream timed out (110: Connection timed out) while "
    'reading upstream, client: 10.1.4.9, server: api.internal, request: "POST /shop.Orders/Get '
    'HTTP/2.0", upstream: "grpc://127.0.0.1:50061", host: "api.internal"\n'
)
JUDGED = """async ([text, line]) => {
  log.text = line;
  files.replace([["nginx.conf", encoded(text)], ["conf.d/other.conf", encoded("# nothing\\n")]]);
  while (busy || document.body.dataset.judged !== String(version)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return byId("verdict").innerText;
}"""
FAULTS = """async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return violations.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) =>
      `${target} ${failureSummary}`).join(" | ")}`);
}"""
FOCUSED = """() => {
  const at = document.activeElement;
  return at.id || at.getAttribute("aria-label") || at.innerText || at.tagName;
}"""


def judged(browser):
    assert browser.evaluate(JUDGED, [BAD, LOG]).startswith("Denied")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(started, scheme):
    assert started.open(scheme=scheme, width=1280) == "ready"
    # The page's policy lets no script in: the test's own comes by the browser's debugger.
    started.evaluate("() => { " + AXE.read_text() + "\n}")
    assert started.evaluate(FAULTS) == []
    judged(started)
    for tab in ("findings", "fixes", "log", "report"):
        started.do("click", selector=f"#tab-{tab}")
        assert started.evaluate(FAULTS) == [], tab
    for button in ("settings", "share", "about"):
        started.do("click", selector=f"#open-{button}")
        assert started.evaluate(FAULTS) == [], button
        started.do("press", keys=["Escape"])


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_cut_off(started, width):
    assert started.open(width=width, height=740, reduced=True) == "ready"
    judged(started)
    for tab in ("findings", "fixes", "log", "report"):
        started.do("click", selector=f"#tab-{tab}")
        wide = started.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, tab
    assert started.evaluate("() => innerWidth") <= width


def test_by_keyboard(browser):
    """From the top to a finding, its line, the other tabs and a fix, with keys alone."""
    judged(browser)
    browser.evaluate("() => document.activeElement.blur()")
    browser.do("press", keys=["Tab"])
    assert browser.evaluate(FOCUSED) == "example"
    seen = []
    for _ in range(40):
        browser.do("press", keys=["Tab"])
        seen.append(browser.evaluate(FOCUSED))
        if seen[-1] == "tab-findings":
            break
    assert {"Open files", "open-settings", "open-share", "nginx.conf"} <= set(seen), seen
    browser.do("press", keys=["ArrowRight"])
    assert browser.evaluate(FOCUSED) == "tab-fixes"
    assert not browser.evaluate("() => byId('panel-fixes').hidden")
    browser.do("press", keys=["End", "Home", "Tab", "Tab", "Enter"])
    assert browser.evaluate("() => document.activeElement.role") == "textbox"


def test_typing(browser):
    """What is typed, with its line breaks, is the text that is judged."""
    browser.evaluate("() => editor.field.focus()")
    browser.do("type", text="server {\nlisten 80;\n}\n")
    text = browser.evaluate("() => [editor.text, decoded(files.map.get('nginx.conf'))]")
    assert text == ["server {\nlisten 80;\n}\n"] * 2
    browser.do("press", keys=["ArrowUp", "Enter", "Backspace", "End"])
    browser.do("type", text="# x")
    assert browser.evaluate("() => editor.text") == "server {\nlisten 80;\n}# x\n"


def test_a_screen_reader_hears_the_verdict(browser):
    judged(browser)
    live = browser.evaluate(
        "() => [...document.querySelectorAll('[role=status]')].map((each) => each.innerText)"
    )
    assert any(text.startswith("Denied") for text in live)
