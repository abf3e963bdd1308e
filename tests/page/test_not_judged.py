"""What did not come to an answer is not judged, and the page says so."""

import pytest

from tests.page.browsers import PAGE

pytestmark = pytest.mark.xdist_group("page")

SHOWN = """async () => {
  const box = document.getElementById("verdict");
  const until = performance.now() + 60_000;
  while (!/^Not judged/.test(box.innerText.trim()) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const text = box.querySelector("[role=status]").innerText.replace(/\\s+/g, " ").trim();
  return [document.body.dataset.state ?? "", box.dataset.kind, text];
}"""
# Puts a text into the page as a person would: through its files.
PUT = """(text) => {
  files.replace([["nginx.conf", new TextEncoder().encode(text)]]);
}"""
CLEAN = "server { listen 80; location / { return 204; } }\n"


@pytest.mark.parametrize("part", ["python", "library", "policy", "script"])
def test_a_part_that_is_damaged(started, tmp_path, part):
    page = PAGE.read_text()
    start = page.index(f'<script type="text/plain" id="{part}">')
    middle = page.index("</script>", start) - 5_000
    copy = tmp_path / "page.html"
    other = "B" if page[middle] == "A" else "A"
    copy.write_text(page[:middle] + other + page[middle + 1 :])
    started.do("open", url=copy.as_uri())
    state, kind, text = started.evaluate(SHOWN)
    assert (state, kind) == ("broken", "broken")
    assert text.startswith("Not judged the check did not start")


def test_a_text_that_is_refused(browser):
    browser.evaluate(PUT, "server {")
    _, kind, text = browser.evaluate(SHOWN)
    assert kind == "broken"
    assert text.startswith("Not judged nginx.conf:")


def test_python_that_fails(browser):
    browser.evaluate("() => { engine.run = async () => { throw new NotJudged('MemoryError'); }; }")
    browser.evaluate(PUT, CLEAN)
    _, kind, text = browser.evaluate(SHOWN)
    assert (kind, text) == ("broken", "Not judged MemoryError")


def test_a_worker_that_does_not_answer(browser):
    """It is ended, and the next text is judged by another one."""
    browser.evaluate("() => { Engine.JOB = 1; Engine.JOB_PER_MB = 0; }")
    browser.evaluate(PUT, CLEAN)
    _, kind, text = browser.evaluate(SHOWN)
    assert (kind, text) == ("broken", "Not judged it took more than 0 s")
    browser.evaluate("() => { Engine.JOB = 60_000; }")
    [(status, said, _)] = browser.run(
        {"nginx.conf": CLEAN.encode()}, ["check", "--format", "concise", "nginx.conf"]
    )
    assert status == 0
    assert "no gRPC found" in said
