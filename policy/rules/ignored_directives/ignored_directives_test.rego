package nginx.grpc.rules.ignored_directives_test

import data.nginx.grpc.rules.ignored_directives
import data.nginx.grpc.testing as t

_directive(name, value, more) := t.fields(object.union(t.at(18), object.union({"name": name, "value": value}, more)))

_with(directives, settings) := t.one_location(t.pass("/", {
	"proxy_directives": directives,
	"directives": t.fields(settings),
}))

_long := _directive("proxy_read_timeout", "1h", {"ms": 3600000})

_none := _with([], {})

_others := _with([_directive("proxy_set_header", "Host $host", {}), _directive("proxy_buffering", "off", {})], {})

_timeout := _with([_long], {})

_timeout_beside := _with([_long], {"grpc_read_timeout": t.time("1h", 3600000)})

_short := _with([_directive("proxy_read_timeout", "30s", {"ms": 30000})], {})

_as_long := _with([_directive("proxy_read_timeout", "60s", {"ms": 60000})], {})

_longer_than_said := _with([_long], {"grpc_read_timeout": t.time("10m", 600000)})

_long_sending := _with([_directive("proxy_send_timeout", "1h", {"ms": 3600000})], {})

_hidden_upgrade := _with([_directive("proxy_hide_header", "Upgrade", {})], {})

_mixed := t.one_location(t.pass("/", {
	"mixed": true,
	"proxy_directives": [_directive("proxy_hide_header", "Date", {})],
}))

_upgrade := _with(
	[
		_directive("proxy_set_header", "Upgrade $http_upgrade", {}),
		_directive("proxy_set_header", "Connection upgrade", {}),
	],
	{},
)

test_others if {
	found := ignored_directives.findings with input as _others
	t.faults(found) == {"proxy_buffering, proxy_set_header beside grpc_pass has no effect"}
	t.places(found) == {18}
	t.levels(found, "evidence") == {"warn"}
}

test_long_timeout if {
	found := ignored_directives.findings with input as _timeout
	t.faults(found) == {"proxy_read_timeout 1h has no effect on grpc_pass: streams that are silent for 60s (grpc_read_timeout, default) are cut"}
	t.fixes(found) == {["safe", "set grpc_read_timeout 1h", "set client_body_timeout 1h", "remove proxy_read_timeout"]}
	mixed := ignored_directives.findings with input as _mixed
	t.fixes(mixed) == {["unsafe", "remove proxy_hide_header"]}
}

test_timeout_beside_its_grpc_twin if {
	t.faults(ignored_directives.findings) == {"proxy_read_timeout beside grpc_pass has no effect"} with input as _timeout_beside
	t.faults(ignored_directives.findings) == {"proxy_read_timeout beside grpc_pass has no effect"} with input as _short
	t.faults(ignored_directives.findings) == {"proxy_read_timeout beside grpc_pass has no effect"} with input as _as_long
	t.faults(ignored_directives.findings) == {"proxy_read_timeout beside grpc_pass has no effect"} with input as _longer_than_said
	t.faults(ignored_directives.findings) == {"proxy_send_timeout beside grpc_pass has no effect"} with input as _long_sending
}

test_upgrades_are_another_rules if {
	t.is_clean(ignored_directives.findings) with input as _upgrade
	t.is_clean(ignored_directives.findings) with input as _none
	t.faults(ignored_directives.findings) == {"proxy_hide_header beside grpc_pass has no effect"} with input as _hidden_upgrade
}
