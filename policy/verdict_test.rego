package nginx.grpc.verdict_test

import data.nginx.grpc.testing as t
import data.nginx.grpc.verdict

_good_upstream := t.upstream(
	"greeter",
	{"keepalive": t.number("32", 32), "keepalive_timeout": t.time("20s", 20000), "keepalive_time": t.time("20s", 20000)},
	[t.peer("10.0.0.1:50051", {"max_fails": 0}), t.peer("10.0.0.2:50051", {"max_fails": 0})],
)

_good_settings := {
	"grpc_read_timeout": t.time("300s", 300000),
	"grpc_connect_timeout": t.time("5s", 5000),
	"client_body_timeout": t.time("300s", 300000),
	"grpc_intercept_errors": t.flag(true),
}

_page := t.followed("/e", "=", {})

_good := object.union(t.with_page("=", {}), {"upstreams": [_good_upstream], "servers": [t.server(
	[t.pass("/", {"error_page": 0, "directives": t.fields(_good_settings)})],
	{"pages": [_page]},
)]})

_bad := t.locations([
	t.pass("/b", {"line": 20}),
	t.pass("/a", {"line": 20}),
	t.pass("/c", {"line": 9, "directives": t.fields({"grpc_read_timeout": t.time("1s", 1000)})}),
])

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass("/", {}))))

_variable := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")}))

# More than are sorted at once, in no order.
_many := [finding |
	some i in numbers.range(0, 599)
	finding := {
		"_loc": {"file": "nginx.conf", "line": (i * 7) % 60},
		"id": "NG106",
		"server": "",
		"location": format_int((i * 11) % 600, 10),
		"upstream": "",
	}
]

_all_rules := {id | id := data.nginx.grpc.rules[_].about.id}

_ids(findings) := {finding.id | some finding in findings}

_rule(decision, id) := [rule | some rule in decision.rules; rule.id == id][0]

test_good_document if {
	decision := verdict.decision with input as _good
	decision.schema_version == 2
	decision.allow
	decision.deny == []
	decision.warn == []
	decision.waived == []
	{rule.id | some rule in decision.rules} == _all_rules
	{rule.outcome | some rule in decision.rules} == {"judged"}
}

test_order if {
	decision := verdict.decision with input as _bad
	not decision.allow
	keys := [[finding._loc.line, finding.id, finding.location] | some finding in decision.deny]
	keys == sort(keys)
	keys[0] == [9, "NG108", "/c"]
}

test_finding if {
	decision := verdict.decision with input as _bad
	finding := [finding | some finding in decision.deny; finding.id == "NG106"][0]
	finding == {
		"id": "NG106",
		"slug": "read-timeout",
		"title": "grpc_read_timeout is shorter than a stream's silence",
		"level": "deny",
		"outcome": "fault",
		"msg": "[NG106] nginx.conf:12 location /c: a stream that is silent for 1s is cut; streams here are silent for up to 300s (assumed)",
		"message": "a stream that is silent for 1s is cut; streams here are silent for up to 300s (assumed)",
		"variant": "",
		"directive": "grpc_read_timeout",
		"setting": "",
		"owner": {"kind": "", "namespace": "", "name": ""},
		"fix": {
			"applicability": "unsafe",
			"why": "300s is assumed: longest_silence in the settings says it",
			"edits": [
			{
				"op": "set",
				"in": {"file": "nginx.conf", "line": 9, "column": 5, "key": ""},
				"name": name,
				"args": ["300s"],
			} |
				some name in ["grpc_read_timeout", "client_body_timeout"]
			],
		},
		"remedy": "grpc_read_timeout 300s;\nclient_body_timeout 300s;\n# 300s is assumed: longest_silence in the settings says it",
		"_loc": {"file": "nginx.conf", "line": 12},
		"key": "",
		"block": {"file": "nginx.conf", "line": 9, "key": ""},
		"server": "api.example",
		"location": "/c",
		"upstream": "greeter",
		"cause": "a stream that is silent for 1s is cut; streams here are silent for up to 300s (assumed) nginx.conf 12",
		"evidence": "docs/rules/NG106.md",
	}
}

# One line in the server would mend both.
test_one_missing_line_is_one_cause if {
	decision := verdict.decision with input as _bad
	causes := {finding.cause | some finding in decision.deny; finding.id == "NG106"; finding.location in {"/a", "/b"}}
	causes == {"a stream that is silent for 60s (default) is cut; streams here are silent for up to 300s (assumed) in nginx.conf server api.example"}
}

# What is about no location is mended where it stands.
test_cause_of_an_upstream if {
	alone := t.document([t.server([t.pass("/", {})], {})], [t.upstream("greeter", {}, [t.peer("10.0.0.1:50051", {})])])
	decision := verdict.decision with input as alone
	{finding.cause | some finding in decision.warn; finding.id == "NG107"} == {"10.0.0.1:50051 is the only server and nothing checks it: while it is dead, every call fails nginx.conf 2"}
}

# The line of another file is another line.
test_cause_in_another_file if {
	short := object.union(t.time("1s", 1000), {"file": "timeouts.conf", "line": 10})
	decision := verdict.decision with input as t.one_location(t.pass_with({"grpc_read_timeout": short}))
	{finding.cause | some finding in decision.deny; finding.id == "NG106"} == {"a stream that is silent for 1s is cut; streams here are silent for up to 300s (assumed) timeouts.conf 10"}
}

test_many_findings_are_in_order if {
	ordered := verdict._ordered with verdict._standing as _many with verdict._waived as []
	keys := [[finding._loc.line, finding.location] | some finding in ordered]
	keys == sort(keys)
	count(ordered) == 600
}

test_profiles if {
	checklist := verdict.decision with input as _bad
	_ids(checklist.deny) == {"NG106", "NG108", "NG109"}
	evidence := verdict.decision with input as _bad with data.nginx_grpc as {"profile": "evidence"}
	_ids(evidence.deny) == set()
	_rule(evidence, "NG106").level == "off"
}

test_levels if {
	decision := verdict.decision with input as _bad
		with data.nginx_grpc as {"profile": "evidence", "levels": {"NG106": "deny", "NG109": "warn", "NG205": "off"}}
	_ids(decision.deny) == {"NG106"}
	"NG109" in _ids(decision.warn)
	not "NG205" in _ids(decision.warn)
	_rule(decision, "NG109").level == "warn"
}

# A sign that may mislead stays a warning.
test_what_can_not_be_raised if {
	decision := verdict.decision with input as t.one_location(t.proxied("/grpc", "weak", {}))
		with data.nginx_grpc as {"levels": {"NG101": "deny"}}
	_ids(decision.warn) == {"NG101"}
	lowered := verdict.decision with input as t.one_location(t.proxied("/grpc", "weak", {}))
		with data.nginx_grpc as {"levels": {"NG101": "off"}}
	lowered.warn == []
}

test_unknown_is_one_warning if {
	decision := verdict.decision with input as _unread
	_ids(decision.deny) == {"NG002"}
	[finding] = [finding | some finding in decision.warn; finding.id == "NG005"]
	finding.outcome == "unknown"
	finding._loc == {"file": "nginx.conf", "line": 5}
	startswith(finding.message, "not judged in full: NG105, NG106, NG107, NG108, NG109, ")
	_rule(decision, "NG106") == {"id": "NG106", "slug": "read-timeout", "level": "deny", "outcome": "unknown"}
	_rule(decision, "NG110").outcome == "judged"
}

test_unknown_can_deny if {
	denied := verdict.decision with input as _variable with data.nginx_grpc as {"not_judged": "deny"}
	"NG005" in _ids(denied.deny)
	by_level := verdict.decision with input as _variable
		with data.nginx_grpc as {"not_judged": "deny", "levels": {"NG005": "off"}}
	not "NG005" in _ids(by_level.deny)
}

# A rule that is off leaves nothing open.
test_unknown_of_a_rule_that_is_off if {
	decision := verdict.decision with input as _variable with data.nginx_grpc as {"levels": {"NG106": "off", "NG211": "off"}}
	not "NG005" in _ids(decision.warn)
}

test_wrong_settings_stop_everything if {
	decision := verdict.decision with input as _bad with data.nginx_grpc as {"profle": "evidence", "levels": {"NG003": "off"}}
	_ids(decision.deny) == {"NG003"}
	decision.warn == []
	decision.rules == []
}

test_one_wrong_setting_stops_everything if {
	every given in [{"profile": "strict"}, {"levels": {"NG106": "loud"}}, {"workers": 0}] {
		decision := verdict.decision with input as _bad with data.nginx_grpc as given
		[finding] = decision.deny
		finding.id == "NG003"
		startswith(finding.msg, "[NG003] nginx-grpc.yaml:1 nginx_grpc.")
		decision.rules == []
	}
}

# A waiver of wrong settings is nobody's.
test_wrong_settings_with_a_waiver if {
	decision := verdict.decision with input as _bad with data.nginx_grpc as {
		"profle": "evidence",
		"waivers": [{"id": "NG106", "reason": "r", "owner": "o", "expires": "2020-01-01"}],
	}
	_ids(decision.deny) == {"NG003"}
}

test_no_document_stops_everything if {
	decision := verdict.decision with input as {} with data.nginx_grpc as {"levels": {"NG001": "off"}}
	_ids(decision.deny) == {"NG001"}
	decision.rules == []
	not decision.allow
	without := verdict.decision with input as {}
	[finding] = without.deny
	startswith(finding.msg, "[NG001] input:1 the input has no schema_version")
	without.rules == []
}

test_subjects if {
	decision := verdict.decision with input as t.document(
		[t.server([t.pass("/", {})], {"listens": [t.listen({"speaks_http2": "no"})]})],
		[t.upstream("greeter", {"keepalive": t.number("0", 0)}, [])],
	)
	{finding.msg | some finding in decision.deny; finding.id in {"NG104", "NG106", "NG201"}} == {
		"[NG104] nginx.conf:12 upstream greeter: keepalive 0 switches it off, so every call opens a connection of its own",
		"[NG106] nginx.conf:10 location /: a stream that is silent for 60s (default) is cut; streams here are silent for up to 300s (assumed)",
		"[NG201] nginx.conf:1 server api.example: no client can make a call: 443 of this server speaks no HTTP/2",
	}
	_ids(decision.deny) == {"NG104", "NG106", "NG108", "NG109", "NG201"}
}

# Where a controller wrote the text, its knob is the remedy, and all hosts have one cause.
test_controllers if {
	owner := {"kind": "Ingress", "namespace": "shop", "name": "api"}
	hosts := [t.server([t.pass("/", {"owner": owner, "id": name})], {"name": name}) | some name in ["a", "b"]]
	whole := object.union(t.document(hosts, [t.greeter]), {"controller": "ingress-nginx"})
	decision := verdict.decision with input as whole
	found := [finding | some finding in decision.deny; finding.id == "NG106"]
	{finding.owner | some finding in found} == {owner}
	{finding.remedy | some finding in found} == {`Ingress shop/api: nginx.ingress.kubernetes.io/proxy-read-timeout: "300"`}
	count({finding.server | some finding in found}) == 2
	count({finding.cause | some finding in found}) == 1
}

# What an object says in vain is its own, and its remedy is.
test_objects if {
	decision := verdict.decision with input as t.saying("a", "b", "unknown", {})
	{[finding.id, finding.owner.name, finding.remedy] | some finding in decision.warn; finding.id == "NG602"} == {["NG602", "api", "see what it was meant to do, or take it out"]}
}

# The same words about the check itself, whoever wrote the text.
test_what_is_about_the_check_is_nobody_s_knob if {
	hers := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$a")}))
	theirs := object.union(hers, {"controller": "ingress-nginx"})
	waivers := {"waivers": [{"id": "NG106", "reason": "r", "owner": "o", "expires": "2001-01-01"}]}
	own := verdict.decision with input as hers with data.nginx_grpc as waivers
	of_controller := verdict.decision with input as theirs with data.nginx_grpc as waivers
	_remedies(own) == _remedies(of_controller)
	object.keys(_remedies(own)) == {"NG004", "NG005"}
}

_remedies(decision) := {finding.id: finding.remedy |
	some finding in array.concat(decision.deny, decision.warn)
	finding.id in {"NG004", "NG005"}
}

# If anything in the verdict fails, this is what is left.
test_default_denies if {
	decision := verdict.decision with data.nginx.grpc.guard.passed as "neither true nor false"
		with data.nginx.grpc.rules.settings.findings as 1
		with input as _good
	words := "the policy could not judge this input; run the bridge and give its output to the policy"
	bridge := "nginx-grpc bridge nginx.conf | conftest test --parser json --policy policy --namespace nginx.grpc -"
	decision == {
		"schema_version": 2,
		"allow": false,
		"deny": [{
			"id": "NG001",
			"slug": "not-a-document",
			"title": "The input is no document of the bridge",
			"level": "deny",
			"outcome": "fault",
			"msg": concat(" ", ["[NG001] input:1", words]),
			"message": words,
			"variant": "",
			"directive": "",
			"setting": "",
			"owner": {"kind": "", "namespace": "", "name": ""},
			"fix": {"applicability": "manual", "why": bridge, "edits": []},
			"remedy": bridge,
			"_loc": {"file": "input", "line": 1},
			"key": "",
			"block": {"file": "input", "line": 1, "key": ""},
			"server": "",
			"location": "",
			"upstream": "",
			"cause": "not judged",
			"evidence": "docs/rules/NG001.md",
		}],
		"warn": [],
		"waived": [],
		"not_judged": [],
		"rules": [],
	}
}
