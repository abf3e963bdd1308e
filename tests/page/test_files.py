"""Files by paste, picker and drop, the clipboard, and texts that take their time."""

import re

import pytest

from tests.page.browsers import ROOT
from tests.page.test_not_judged import PUT

pytestmark = pytest.mark.xdist_group("page")

BAD = ROOT / "examples/checklist/bad.conf"
MAIN = "events {}\nhttp { include conf.d/*.conf; }\n"
LINES = "# a\n\nserver {\n\n    listen 80;\n}\n\n\n# end <b>&amp;\n"
SERVER = """server {
    listen 80 http2;
    server_name hostNUMBER.example;
    location / { grpc_pass grpc://10.0.0.1:50051; }
}
"""
JUDGED = """async () => {
  while (busy || document.body.dataset.judged !== String(version) || engine.pending) {
    await new Promise((go) => setTimeout(go, 20));
  }
  return [byId("verdict").innerText.replace(/\\s+/g, " ").trim(), [...files.map.keys()].sort()];
}"""


def until(browser, condition):
    """Wait for what comes; the browser's own time-out ends it."""
    browser.evaluate(
        f"async () => {{ while (!({condition})) await new Promise((go) => setTimeout(go, 20)); }}"
    )


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "nginx.conf").write_text(MAIN)
    (folder / "conf.d/api.conf").write_text("server { listen 81; location / { return 204; } }\n")
    return folder


def test_what_is_pasted_is_the_text(browser):
    """Line by line as it was, in both fields, and undone and redone."""
    for field in ("log.editor", "editor"):
        for text, at, pasted in (("", 0, LINES), ("one\ntwo", 5, "\nx\n"), ("one\n", 4, "\n\nb\n")):
            browser.evaluate(
                f"""([text, at, pasted]) => {{
                  const field = {field};
                  byId("tab-log").click();
                  field.set(text);
                  field.field.focus();
                  getSelection().collapse(field.field.firstChild, at);
                  const clipboardData = new DataTransfer();
                  const data = pasted.replaceAll("\\n", "\\r\\n");
                  clipboardData.setData("text/plain", data);
                  // Firefox knows the last two of these, others the first.
                  const given = {{ clipboardData, dataType: "text/plain", data }};
                  const event = new ClipboardEvent("paste", {{ ...given, cancelable: true }});
                  field.field.dispatchEvent(event);
                }}""",
                [text, at, pasted],
            )
            assert browser.evaluate(f"() => {field}.text") == text[:at] + pasted + text[at:]
            browser.do("type", text="!")
            assert browser.evaluate(f"() => {field}.text") == f"{text[:at]}{pasted}!{text[at:]}"
            browser.do("press", keys=["Control+z", "Control+z"])
            assert browser.evaluate(f"() => {field}.text") == text
            browser.do("press", keys=["Control+y"])
            assert browser.evaluate(f"() => {field}.text") == text[:at] + pasted + text[at:]


def test_what_is_copied_is_in_the_clipboard(browser):
    browser.evaluate(PUT, BAD.read_text())
    browser.evaluate(JUDGED)
    browser.do("click", selector="#tab-report")
    until(browser, "reports.text")
    browser.do("click", selector="#report-copy")
    browser.do("click", selector="#tab-log")
    browser.evaluate("() => log.editor.field.focus()")
    browser.do("press", keys=["Control+v"])
    text = browser.evaluate("() => log.text")
    assert text == browser.evaluate("() => reports.text")
    assert text.startswith("### gRPC behind nginx: failed\n\n")
    browser.do("click", selector="#tab-fixes")
    browser.evaluate("() => fixes.out.lastChild.click()")
    browser.evaluate("() => { panels.show('tab-log'); log.text = ''; log.editor.field.focus(); }")
    browser.do("press", keys=["Control+v"])
    assert browser.evaluate("() => log.text") == browser.evaluate("() => fixes.patch") != ""


def test_files_by_the_picker(browser, site):
    both = [str(site / "nginx.conf"), str(site / "conf.d/api.conf")]
    browser.do("upload", selector="#open-files", files=both)
    until(browser, "files.map.size")
    verdict, names = browser.evaluate(JUDGED)
    assert names == ["api.conf", "nginx.conf"]
    assert not verdict.startswith("Not judged")
    if browser.kind == "chromium":  # Firefox takes no folder from a program
        browser.do("upload", selector="#open-folder", files=[str(site)])
        until(browser, "files.map.has('conf.d/api.conf')")
        verdict, names = browser.evaluate(JUDGED)
        assert names == ["conf.d/api.conf", "nginx.conf"]
        assert verdict.startswith("No gRPC found")


def test_files_that_are_dropped(browser, site):
    if browser.kind == "chromium":
        browser.do("drop", files=[str(site / "nginx.conf"), str(site / "conf.d/api.conf")])
    else:
        browser.evaluate(
            """(text) => {
              const dataTransfer = new DataTransfer();
              for (const name of ["nginx.conf", "api.conf"]) {
                dataTransfer.items.add(new File([text], name));
              }
              document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
            }""",
            MAIN,
        )
    until(browser, "files.map.size")
    assert browser.evaluate(JUDGED)[1] == ["api.conf", "nginx.conf"]
    assert browser.evaluate("() => editor.text") == MAIN


def test_a_folder_that_can_not_be_read_is_not_judged(browser, site):
    """Chromium gives a page in a sandbox no dropped folder. What was there before is kept."""
    if browser.kind != "chromium":
        pytest.skip("its folders can't be dropped by a program")
    browser.evaluate(PUT, "server { listen 80; location / { return 204; } }\n")
    browser.evaluate(JUDGED)
    browser.do("drop", files=[str(site)])
    until(browser, "byId('verdict').dataset.kind === 'broken'")
    verdict, names = browser.evaluate(JUDGED)
    assert verdict.startswith("Not judged the files were not read: this browser keeps dropped")
    assert names == ["nginx.conf"]


def test_line_ends_of_windows_are_kept(browser):
    browser.evaluate(PUT, "server {\r\n}\r\n")
    browser.evaluate("() => editor.field.focus()")
    browser.do("press", keys=["Control+End"])
    browser.do("type", text="# x\n")
    held = browser.evaluate("() => decoded(files.map.get('nginx.conf'))")
    assert held == "server {\r\n}\r\n# x\r\n"


@pytest.mark.parametrize(
    "megabytes", [1.1, pytest.param(6, marks=pytest.mark.full)], ids=lambda size: f"{size}MB"
)
def test_a_large_text_shows_how_far_it_is_and_is_cancelled(browser, megabytes):
    if browser.kind != "chromium":
        pytest.skip("once is enough: it takes half a minute")
    browser.evaluate("() => { Engine.JOB = 250_000; }")
    number = int(megabytes * 1e6 / len(SERVER))
    text = "".join(SERVER.replace("NUMBER", f"{each:06}") for each in range(number))
    browser.evaluate(PUT, text)
    until(browser, "/%/.test(verdict.time.innerText) || !verdict.old")
    said, far, seconds = browser.evaluate(
        "() => [verdict.live.innerText, verdict.bar.value, verdict.time.innerText]"
    )
    assert re.match(r"Judging \d\.\d MB", said), said
    assert 0 < far < 1
    assert re.search(r"\d+ %, \d+ s", seconds)
    browser.evaluate("() => verdict.work.querySelector('button').click()")
    verdict, _ = browser.evaluate(JUDGED)
    assert verdict == "Not judged cancelled Judge again"
    assert browser.evaluate("() => [report, engine.worker, verdict.work.hidden]") == [
        None,
        None,
        True,
    ]
    # A part of it is shown, and any line can be come to.
    line = text[: text.index("host005000")].count("\n") + 1
    shown = browser.evaluate(
        """(line) => {
          editor.go(line);
          const { anchorNode, anchorOffset } = getSelection();
          return [anchorNode.data.slice(anchorOffset, anchorOffset + 40), anchorNode.length];
        }""",
        line,
    )
    assert shown[0].startswith("    server_name host005000.example;")
    assert shown[1] < 300_000
    # The next text is judged by a new worker, without a wait for the last one.
    browser.evaluate(PUT, "server { listen 80; location / { return 204; } }\n")
    assert browser.evaluate(JUDGED)[0].startswith("No gRPC found")


def test_what_takes_too_long_to_correct_leaves_the_verdict(browser):
    browser.evaluate(PUT, BAD.read_text())
    browser.evaluate(JUDGED)
    browser.evaluate(
        """() => {
          const run = engine.run.bind(engine);
          engine.run = async (files, calls, ...more) => {
            if (calls[0].argv[0] === "fix") throw new NotJudged("it took more than 1 s");
            return run(files, calls, ...more);
          };
        }"""
    )
    browser.evaluate(PUT, BAD.read_text())
    verdict, _ = browser.evaluate(JUDGED)
    assert verdict.startswith("Denied")
    assert browser.evaluate("() => fixes.told.innerText") == "Not made: it took more than 1 s"
    assert browser.evaluate("() => fixes.patch") == ""
