"""How fast the page is: `python -m bench.page [chromium|firefox]...`, after `make page`.

Each start is a browser's new page with nothing cached; seconds are medians of five. Typing is a
character more in a configuration of 10 KB whose findings and corrected text are on screen.
"""

import gzip
import statistics
import sys
import time

from tests.page.browsers import EXECUTABLES, PAGE, ROOT, Browser, missing

RUNS = 5
START = """async () => {
  while (document.body?.dataset.state !== "ready") await new Promise((go) => setTimeout(go, 2));
  const now = () => performance.timeOrigin + performance.now();
  const ready = now();
  return ready;
}"""
FIRST = """async (text) => {
  const began = performance.now();
  files.replace([["nginx.conf", encoded(text)]]);
  while (!report) await new Promise((go) => setTimeout(go, 2));
  return performance.now() - began;
}"""
TYPED = """async (text) => {
  const times = [];
  files.replace([["nginx.conf", encoded(text)]]);
  const settled = async () => {
    while (busy || document.body.dataset.judged !== String(version)) {
      await new Promise((go) => setTimeout(go, 2));
    }
  };
  await settled();
  for (let each = 0; each < 8; each += 1) {
    const before = report;
    const began = performance.now();
    files.write(`${text}#${each}\\n`);
    while (report === before) await new Promise((go) => setTimeout(go, 1));
    const found = performance.now() - began;
    await settled();
    times.push([found, performance.now() - began]);
  }
  return times.slice(3);
}"""
ONE = """upstream backendNUMBER {
    server 10.0.0.1:50051;
    server 10.0.0.2:50051;
    keepalive 32;
    keepalive_timeout 20s;
}
server {
    listen 443 ssl http2;
    server_name hostNUMBER.example;
    location /shop.Cart/ {
        grpc_pass grpc://backendNUMBER;
        grpc_read_timeout 300s;
        client_body_timeout 300s;
    }
}
"""


def main(kinds):
    small = (ROOT / "examples/checklist/bad.conf").read_text()
    text = "".join(ONE.replace("NUMBER", str(number)) for number in range(28))
    data = PAGE.read_bytes()
    print(f"file: {len(data) / 1e6:.2f} MB, {len(gzip.compress(data, 6)) / 1e6:.2f} MB gzipped")
    print(f"typed in: {len(text) / 1e3:.1f} KB; first: {len(small) / 1e3:.1f} KB")
    for kind in kinds:
        why = missing(kind)
        if why:
            print(f"{kind}: {why}")
            continue
        with Browser(kind) as browser:
            starts, firsts = [], []
            for _ in range(RUNS):
                browser.do("open", url=PAGE.as_uri())
                ready = browser.evaluate(START)
                starts.append(ready - browser.do("around", source="() => performance.timeOrigin"))
                firsts.append(browser.evaluate(FIRST, small))
            times = browser.evaluate(TYPED, text)
            print(
                f"{browser.do('version')}: ready {statistics.median(starts) / 1e3:.2f} s, "
                f"first verdict {statistics.median(firsts) / 1e3:.2f} s more, "
                f"typing: findings {statistics.median(each[0] for each in times):.0f} ms, "
                f"with the corrected text {statistics.median(each[1] for each in times):.0f} ms"
            )


if __name__ == "__main__":
    began = time.monotonic()
    main(sys.argv[1:] or EXECUTABLES)
    print(f"in {time.monotonic() - began:.0f} s")
