"""What a person does in the page: take and leave fixes, share a link, read a log."""

import json

import pytest

from tests.page.test_accessible import BAD, judged

pytestmark = pytest.mark.xdist_group("page")

SETTLED = """async () => {
  while (busy || document.body.dataset.judged !== String(version) || engine.pending) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return [fixes.offers.filter((each) => each.can).length, fixes.patch];
}"""

PACKED = """async (text) => FORMAT + base64url(
  await through(encoded(text), new CompressionStream("deflate-raw"), Infinity))"""


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


OBJECTS = """apiVersion: v1
kind: List
items:
- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata:
    name: orders-prod
    namespace: payments
    annotations:
      nginx.ingress.kubernetes.io/backend-protocol: GRPC
      nginx.ingress.kubernetes.io/server-snippet: |
        # owner: kim@corp.example
        set $secret "hunter2";
  spec:
    rules:
    - host: api.corp.example
      http:
        paths:
        - path: /corp.Orders/
          pathType: Prefix
          backend: {service: {name: cart-backend, port: {number: 50051}}}
"""


def test_objects_are_shared_under_pseudonyms(browser):
    """By link and as a report; the names of files are pseudonyms, too."""
    browser.evaluate("(text) => files.replace([['prod.yaml', encoded(text)]])", OBJECTS)
    browser.evaluate(SETTLED)
    browser.do("click", selector="#open-share")
    link = browser.evaluate(
        "async () => { while (!byId('link').value) await new Promise((go) => setTimeout(go, 20));"
        " return byId('link').value; }"
    )
    held = browser.evaluate(
        "async (held) => (await filesOf(held)).map(([name, data]) => [name, decoded(data)])",
        link.partition("#")[2],
    )
    browser.do("press", keys=["Escape"])
    browser.do("click", selector="#tab-report")
    report = browser.evaluate(
        "async () => { while (!reports.text) await new Promise((go) => setTimeout(go, 20));"
        " return reports.text; }"
    )
    text = " ".join(part for pair in held for part in pair)
    assert "backend-protocol: GRPC" in text
    assert "NG103" in report
    for word in ("orders-prod", "payments", "kim", "hunter2", "corp", "cart-backend", "prod.yaml"):
        assert word in OBJECTS + "prod.yaml"
        assert word not in text
        assert word not in report


# A link's contents before they are packed, and what the page says of it.
HOSTILE = {
    "no JSON": ("{", "it is damaged"),
    "no files": ('{"files": 1}', "it is damaged"),
    "an empty list": ('{"files": []}', "there are no files in it"),
    "a name alone": ('{"files": [["nginx.conf"]]}', "it is damaged"),
    "no text": ('{"files": [["nginx.conf", null]]}', "it is damaged"),
    "a string as a file": ('{"files": ["ab"]}', "it is damaged"),
    "no base64": ('{"files": [["nginx.conf", "%%"]]}', "it is damaged"),
    "two of a name": (
        '{"files": [["a.conf", ""], ["../a.conf", ""]]}',
        "two files would be a.conf",
    ),
}


def test_a_hostile_link_is_not_judged(browser):
    """Whatever was there before is not shown as its verdict; nothing hangs."""
    good = "server { listen 80; location / { return 204; } }\n"
    browser.evaluate("(text) => files.replace([['nginx.conf', encoded(text)]])", good)
    browser.evaluate(SETTLED)
    packed = {
        name: (browser.evaluate(PACKED, text), said) for name, (text, said) in HOSTILE.items()
    }
    many = json.dumps({"files": [[f"{each}.conf", ""] for each in range(10_001)]})
    packed["many files"] = (browser.evaluate(PACKED, many), "it holds more than 10000 files")
    packed["a bomb"] = (
        browser.evaluate(f"async () => ({PACKED})(' '.repeat(50_000_000))"),
        "it holds more than 20 MB",
    )
    packed["cut off"] = (packed["many files"][0][:-20], "it is damaged")
    packed["of another version"] = (
        "2.AAAA",
        "it is none of this page, or of another version of it",
    )
    packed["nothing"] = ("1.", "it is damaged")
    for name, (fragment, said) in packed.items():
        browser.do(
            "around", source="(fragment) => { location.hash = fragment; }", argument=fragment
        )
        shown = browser.evaluate(
            """async () => {
              const broken = () => byId("verdict").dataset.kind === "broken";
              while (!broken()) await new Promise((go) => setTimeout(go, 20));
              return verdict.live.innerText;
            }"""
        )
        assert shown.split() == f"Not judged the link was not read: {said}".split(), name
        browser.evaluate("(text) => files.replace([['nginx.conf', encoded(text)]])", good)
        browser.evaluate(SETTLED)


def test_what_can_not_be_seen_is_shown(browser):
    """Marks of direction, escapes, characters without width: in findings, names of files, notes."""
    steering = "a\u202eb\x1b[31m\u200bc"
    text = f"# {steering}\nserver {{ listen 80 http2; server_name {steering}; "
    text += "location / { grpc_pass grpc://10.0.0.1:50051; } }\n"
    browser.evaluate(
        "([name, text]) => files.replace([[name, encoded(text)], ['b.conf', encoded('# b')]])",
        [f"{steering}.conf", text],
    )
    browser.evaluate(SETTLED)
    seen = browser.evaluate("() => [byId('findings'), byId('files')].map((each) => each.innerText)")
    for each in seen:
        assert r"a\u202eb\x1b[31m\u200bc" in each
        assert "\u202e" not in each
    assert browser.evaluate("() => editor.text") == text
    assert "change the order" in browser.evaluate("() => editor.told.innerText")


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
