package nginx.grpc.rules.read_timeout_test

import data.nginx.grpc.rules.read_timeout
import data.nginx.grpc.testing as t

_default := t.one_location(t.pass_with({}))

_short := t.one_location(t.pass_with({"grpc_read_timeout": t.time("10s", 10000)}))

_exact := t.one_location(t.pass_with({"grpc_read_timeout": t.time("5m", 300000)}))

_variable := t.one_location(t.pass_with({"grpc_read_timeout": t.variable("$t")}))

_unread := t.with_unread(t.one_location(t.behind_gap(t.pass_with({}))))

_meant := t.one_location(t.pass("/", {"proxy_directives": [
t.fields(object.union(t.at(18), {"name": "proxy_read_timeout", "value": text, "ms": ms})) |
	some text, ms in {"30s": 30000, "1h": 3600000}
]}))

# A proxy_read_timeout that has no effect says what is meant.
test_longer_is_meant if {
	t.fixes(read_timeout.findings) == {["unsafe", "set grpc_read_timeout 1h", "set client_body_timeout 1h"]} with input as _meant
}

test_default_is_short if {
	found := read_timeout.findings with input as _default
	t.faults(found) == {"a stream that is silent for 60s (default) is cut; streams here are silent for up to 300s (assumed)"}
	t.places(found) == {10}
	t.fixes(found) == {["unsafe", "set grpc_read_timeout 300s", "set client_body_timeout 300s"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"off"}
}

test_health_checks_are_unary if {
	t.is_clean(read_timeout.findings) with input as t.one_location(t.pass("/grpc.health.v1.Health/Check", {}))
	count(read_timeout.findings) == 1 with input as t.one_location(t.pass("/grpc.health.v1.Health/", {}))
}

test_said_is_short if {
	found := read_timeout.findings with input as _short
	t.places(found) == {12}
}

test_long_enough if {
	t.is_clean(read_timeout.findings) with input as _exact
}

test_given_silence if {
	found := read_timeout.findings with input as _exact
		with data.nginx_grpc as {"grpc": {"default": {"longest_silence": "10m"}}}
	t.faults(found) == {"a stream that is silent for 5m is cut; streams here are silent for up to 10m (as settings say)"}
	t.levels(found, "evidence") == {"deny"}
}

test_given_for_the_upstream_wins if {
	t.is_clean(read_timeout.findings) with input as _short
		with data.nginx_grpc as {"grpc": {
			"default": {"longest_silence": "10m"},
			"upstreams": {"greeter": {"longest_silence": "5s"}},
		}}
}

test_no_streams_no_silence if {
	t.is_clean(read_timeout.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "none"}}}
	count(read_timeout.findings) == 1 with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "none", "longest_silence": "10m"}}}
	count(read_timeout.findings) == 1 with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"streaming": "server"}}}
}

test_default_to_be_written if {
	found := read_timeout.findings with input as _default
		with data.nginx_grpc as {"explicit": "required", "grpc": {"default": {"longest_silence": "30s"}}}
	t.faults(found) == {"grpc_read_timeout is long enough only by nginx's default, 60s (default); settings ask for it in writing"}
	t.is_weak(found)
}

test_nothing_to_be_written if {
	silence := {"grpc": {"default": {"longest_silence": "30s"}}}
	t.is_clean(read_timeout.findings) with input as _default with data.nginx_grpc as silence
	t.is_clean(read_timeout.findings) with input as _exact
		with data.nginx_grpc as object.union(silence, {"explicit": "required"})
	too_short := read_timeout.findings with input as _default with data.nginx_grpc as {"explicit": "required"}
	count(too_short) == 1
	not t.is_weak(too_short)
	just_enough := read_timeout.findings with input as _default
		with data.nginx_grpc as {"explicit": "required", "grpc": {"default": {"longest_silence": "60s"}}}
	count(just_enough) == 1
	t.is_weak(just_enough)
}

test_unknown if {
	t.reasons(read_timeout.findings) == {"grpc_read_timeout $t holds a variable"} with input as _variable
	t.reasons(read_timeout.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
}
