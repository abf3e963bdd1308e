"""Every way out of the page that we know is tried, and nothing arrives.

The page is served here, its own server writes down what it is asked for, and so does a proxy that
the browser must use for all other hosts. The ways out are tried by script in the page, in the frame
and in the worker, as if somebody's text had become a program there; markup is tried as text.
"""

import http.server
import json
import threading
import time

import pytest

from tests.page.browsers import PAGE, READY, ROOT, Browser, BrowserError

pytestmark = pytest.mark.xdist_group("page")

SECRET = "planted-word-7391"

WAYS = (ROOT / "tests/page/ways_out.js").read_text()
# What leads away from the page, its owner would have to write there: the policy does not stop it.
NAVIGATES = "open|ping|saved|clicked|blank|above|refresh|parent|top|location|prerender"
IN_WORKER = (
    "fetch|keepalive|xhr|websocket|events|transport|beacon|import|scripts|worker|shared|service|font|"
    "rtc|evaluated"
)


class Listener:
    """A server that serves the page and writes down all it is asked for; a proxy as well."""

    def __init__(self):
        asked = self.asked = []
        page = PAGE.read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def answer(self):
                asked.append(f"{self.command} {self.path}")
                found = self.command == "GET" and self.path == "/page.html"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                if found:
                    self.wfile.write(page)

            def log_message(self, *_):
                pass

        for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "CONNECT"):
            setattr(Handler, f"do_{method}", Handler.answer)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def servers():
    """What serves the page, what the ways lead to, and the proxy for every other host."""
    listeners = [Listener(), Listener(), Listener()]
    yield listeners
    for each in listeners:
        each.close()


@pytest.fixture(scope="module")
def proxied(started, servers):
    """A browser of the same kind whose every request to another host goes through the proxy."""
    port = servers[2].port
    flags = [f"--proxy-server=127.0.0.1:{port}"] if started.kind == "chromium" else []
    preferences = {
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": port,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": port,
    }
    with Browser(started.kind, *flags, preferences=preferences) as browser:
        yield browser


@pytest.fixture
def served(proxied, servers):
    """The page, served and ready; the servers forget what came before."""
    assert proxied.open(f"http://127.0.0.1:{servers[0].port}/page.html") == "ready"
    # The browser's own start-up requests are no part of the page's.
    time.sleep(0.3)
    for each in servers:
        each.asked.clear()
    return proxied


def source(servers, pattern, left_out="^$"):
    """A function that tries the ways, to a host that is here and to one behind the proxy."""
    port = servers[1].port
    targets = [f"http://127.0.0.1:{port}", f"http://elsewhere.test:{port}"]
    given = ", ".join(map(json.dumps, [targets, SECRET, pattern, left_out]))
    return f"() => ({WAYS})({given})"


def arrived(servers, browser, seconds=1.5):
    """What came of the page: a browser asks for things of its own, too."""
    time.sleep(seconds)
    ours = [
        line
        for each in servers
        for line in each.asked
        if SECRET in line or "elsewhere.test" in line or f":{servers[1].port}" in line
    ]
    asked = [url for url in browser.do("answered") if SECRET in url and url.startswith("http")]
    return ours + servers[1].asked, asked


# Of the ways, those that lead out of any other page in both browsers.
LEAD_OUT = (
    "fetch|xhr|websocket|events|beacon|image|style|script|frame|inline|evaluated|import|"
    "stylesheet|markup|object"
)


def test_the_ways_lead_out_of_another_page(proxied, servers):
    """Without the page's policy they do: what arrives here is what the others must not find."""
    proxied.do("open", url=f"http://127.0.0.1:{servers[1].port}/")
    servers[1].asked.clear()
    proxied.do("around", source=source(servers, f"^({LEAD_OUT})$"))
    came = " ".join(arrived(servers, proxied)[0])
    assert [way for way in LEAD_OUT.split("|") if f"/{way}?{SECRET}" not in came] == []
    assert f"elsewhere.test:{servers[1].port}/fetch?{SECRET}" in came


def test_from_the_frame(served, servers):
    tried = served.evaluate(source(servers, ".", f"^({NAVIGATES})$"))
    assert len(tried) > 70
    assert arrived(servers, served) == ([], [])
    assert served.evaluate("() => typeof nginxGrpc") == "object"


def test_from_the_frame_by_navigation(served, servers):
    """Some leave the frame empty, which may load nothing; then the page is opened anew."""
    page = f"http://127.0.0.1:{servers[0].port}/page.html"
    for way in NAVIGATES.split("|"):
        try:
            served.evaluate(source(servers, f"^{way}$"))
            alive = served.evaluate("() => document.body.dataset.state") == "ready"
        except BrowserError:
            alive = False
        assert arrived(servers, served, 0.2) == ([], []), way
        assert served.do("around", source="() => location.href") == page, way
        if not alive:
            assert served.open(page) == "ready"
    assert arrived(servers, served) == ([], [])


def test_from_the_page_around(served, servers):
    """It shows nothing of anybody's, and its policy stops every connection all the same."""
    tried = served.do("around", source=source(servers, ".", f"^({NAVIGATES})$"))
    assert len(tried) > 70
    assert arrived(servers, served) == ([], [])


@pytest.mark.parametrize("shielded", [True, False])
def test_from_the_worker(served, servers, shielded):
    """These ways in place of Python, with and without what is taken away from the worker."""
    tried = served.evaluate(
        """async ([ways, shielded]) => {
          const given = await new Response(new Blob([engine.parts.script])).text();
          const shield = shielded ? given.slice(0, given.indexOf("var loadPyodide")) : "";
          const text = `${shield};(${ways})().then((tried) => postMessage(tried));`;
          const worker = new Worker(trustedWorker(URL.createObjectURL(new Blob([text]))));
          return new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => resolve([event.message]);
          });
        }""",
        [source(servers, f"^({IN_WORKER})$"), shielded],
    )
    assert len(tried) > 20, tried
    assert arrived(servers, served) == ([], [])


def test_what_no_policy_stops_is_taken_away(served):
    """WebRTC is governed by no directive that both browsers know."""
    look = """() => Object.getOwnPropertyNames(globalThis)
      .filter((name) => /rtc/i.test(name) && globalThis[name])"""
    assert served.evaluate(look) == []
    assert served.do("around", source=look) == []


def test_nothing_is_asked_for_while_it_works(served, servers):
    text = "server { listen 80 http2; location / { grpc_pass grpc://10.0.0.1:50051; } }\n"
    served.evaluate(
        "(text) => files.replace([['nginx.conf', new TextEncoder().encode(text)]])", text
    )
    for tab in ("fixes", "log", "report", "findings"):
        served.do("click", selector=f"#tab-{tab}")
    served.do("click", selector="#open-share")
    time.sleep(1)
    assert arrived(servers, served) == ([], [])
    assert servers[0].asked == []


HOSTILE = [
    "</script><script>fetch('TARGET/a')</script>",
    "<img src='TARGET/b' onerror='fetch(`TARGET/c`)'>",
    "<svg onload=fetch('TARGET/d')>",
    "\"'><iframe srcdoc=\"<script>fetch('TARGET/e')</script>\">",
    "javascript:fetch('TARGET/f')",
    "<style>@import 'TARGET/g';</style><link rel=stylesheet href=TARGET/h>",
]


def test_hostile_text_stays_text(served, servers):
    """In each field that comes from a file: names of files, hosts, paths, comments, logs."""
    target = f"http://127.0.0.1:{servers[1].port}"
    for number, hostile in enumerate(each.replace("TARGET", target) for each in HOSTILE):
        quoted = '"' + hostile.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = (
            f"# {hostile}\nupstream {quoted} {{ server 10.0.0.1:50051; }}\n"
            f"server {{ listen 80 http2; server_name {quoted};\n"
            f"location {quoted} {{ grpc_pass grpc://backend; error_page 502 {quoted}; }} }}\n"
        )
        before = served.evaluate("() => document.querySelectorAll('*').length")
        assert before
        served.evaluate(
            """([name, text, line]) => {
              files.replace([[name, encoded(text)], ["other.conf", encoded(text)]]);
              log.text = line;
              say(line);
            }""",
            [f"{number}-{hostile}.conf".replace("/", "_"), text, hostile],
        )
        for tab in ("fixes", "log", "report", "findings"):
            served.do("click", selector=f"#tab-{tab}")
        time.sleep(0.4)
    made = served.evaluate(
        "() => [...document.querySelectorAll('img, svg, iframe, link, object, embed')].length"
    )
    assert made == 0
    scripts = served.evaluate("() => document.scripts.length")
    assert scripts == 1
    assert arrived(servers, served) == ([], [])


def test_what_the_browser_asks_for_by_itself(served):
    """Chromium asks a service about pages that have a text area."""
    assert served.evaluate("() => document.querySelectorAll('textarea').length") == 0
    assert served.evaluate(READY) == "ready"
