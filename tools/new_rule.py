"""Makes the skeleton of a rule: `make rule SLUG=header_size`, with HUNDRED=2 in another hundred.

The rule, its test, its example and its live test, each with WRITE where the author's words belong.
The skeleton compiles and judges nothing; `make quick` fails until no WRITE is left.
"""

from __future__ import annotations

import pathlib
import re
import sys

from quick import slugs_by_id

ROOT = pathlib.Path(__file__).resolve().parent.parent

RULE = """\
# METADATA
# title: WRITE what is wrong, in one line
# description: |
#   WRITE what happens to whom, and why, in nginx's and gRPC's words.
# custom:
#   harm: latent
#   id: {id}
#   levels: {{checklist: warn, evidence: warn}}
#   message: "WRITE what happens here, with {{timeout}}"
#   directive: grpc_send_timeout
#   fix:
#     applicability: unsafe
#     why: "WRITE what else changes, or which value nobody has said"
#     edits: [{{op: set, in: location, name: grpc_send_timeout, args: ["60s"]}}]
package nginx.grpc.rules.{slug}

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, timeout.at, {{"timeout": timeout.text}}) if {{
	some call in calls.passes
	timeout := effective.setting(call.location, "grpc_send_timeout")

	# WRITE when it is wrong.
	timeout.value < 0
}}

findings contains rule.unknown(about, [], doubt) if {{
	some call in calls.passes
	doubt := effective.doubt(call.location, "grpc_send_timeout")
}}
"""
RULE_TEST = """\
package nginx.grpc.rules.{slug}_test

import data.nginx.grpc.rules.{slug}
import data.nginx.grpc.testing as t

_with(settings) := t.one_location(t.pass_with(settings))

_wrong := _with({{"grpc_send_timeout": t.time("1s", 1000)}})

_right := _with({{"grpc_send_timeout": t.time("60s", 60000)}})

_variable := _with({{"grpc_send_timeout": t.variable("$s")}})

test_wrong if {{
	found := {slug}.findings with input as _wrong
	t.faults(found) == {{"WRITE what happens here, with 1s"}}
	t.levels(found, "evidence") == {{"warn"}}
}}

test_right if t.is_clean({slug}.findings) with input as _right

test_unknown if {{
	found := {slug}.findings with input as _variable
	t.reasons(found) == {{"grpc_send_timeout $s holds a variable"}}
}}
"""
EXAMPLE = """\
events {{}}

http {{
    upstream greeter {{
        server 10.0.0.1:50051;
        server 10.0.0.2:50051;
        keepalive 32;
        keepalive_timeout 20s;
    }}

    server {{
        listen 443 ssl http2;
        server_name api.internal;

        location /helloworld.Greeter/ {{
            grpc_pass grpc://greeter;
            grpc_send_timeout {value};
        }}
    }}
}}
"""
LIVE = '''\
"""{id} {dashes}: WRITE what happens, in a line."""

from tests.live.bench import grpc_server

DENIED = """
upstream greeter {{ server GREETER; keepalive 32; }}
server {{
    listen LISTEN http2;
    location / {{
        grpc_pass grpc://greeter;
        grpc_send_timeout 1s;
    }}
}}
"""
ACCEPTED = DENIED.replace("1s", "60s")


def test_what_happens(story):
    """WRITE how it is shown."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.call().code == "WRITE the status that clients see"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.call().code == "OK"
'''


def main(arguments: list[str]) -> int:
    slug, hundred = (*arguments, "3")[:2] if arguments else ("", "3")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", slug) or not re.fullmatch("[1-9]", hundred):
        print("make rule SLUG=header_size HUNDRED=3: words joined by underscores", file=sys.stderr)
        return 2
    rules = slugs_by_id()
    if slug in rules.values():
        print(f"{slug}: there is a rule of this name", file=sys.stderr)
        return 2
    taken = [int(id_[2:]) for id_ in rules if id_[2] == hundred]
    names = {
        "id": f"NG{max(taken, default=int(hundred) * 100) + 1}",
        "slug": slug,
        "dashes": slug.replace("_", "-"),
    }
    files = {
        f"policy/rules/{slug}/{slug}.rego": RULE,
        f"policy/rules/{slug}/{slug}_test.rego": RULE_TEST,
        f"examples/rules/{names['id']}/before.conf": EXAMPLE.replace("{value}", "1s"),
        f"examples/rules/{names['id']}/after.conf": EXAMPLE.replace("{value}", "60s"),
        f"tests/live/test_{names['id'].lower()}_{slug}.py": LIVE,
    }
    for name, text in files.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**names), encoding="utf-8")
        print(name)
    print(f"{names['id']}: now write what WRITE stands for; then make quick")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
