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

_inheriting(context, more) := t.document(
	[t.server(
		[t.pass("/", {"directives": t.fields(object.union(
			{"proxy_read_timeout": object.union(t.time("1d", 86400000), {"context": context})},
			more,
		))})],
		{},
	)],
	[t.greeter],
)

_beside(document, path, handler) := object.union(document, {"servers": array.concat(
	document.servers,
	[t.server([t.location(path, {"handler": handler})], {})],
)})

test_inherited if {
	found := ignored_directives.findings with input as _inheriting("server", {})
	t.faults(found) == {"proxy_read_timeout 1d is for proxy_pass, and there is none in this server: streams that are silent for 60s (grpc_read_timeout, default) are cut"}
	t.places(found) == {12}
	t.fixes(found) == {["safe", "set grpc_read_timeout 1d", "set client_body_timeout 1d"]}
	around := ignored_directives.findings with input as _inheriting("http", {})
	t.faults(around) == {"proxy_read_timeout 1d is for proxy_pass, and there is none in this http: streams that are silent for 60s (grpc_read_timeout, default) are cut"}
	t.is_clean(ignored_directives.findings) with input as _inheriting("location", {})
}

test_inherited_and_used if {
	every handler in ["proxy_pass", "unknown"] {
		found := ignored_directives.findings with input as _beside(_inheriting("server", {}), "/web", handler)
		count(found) == 1
	}
	own := t.document(
		[t.server(
			array.concat(
				_inheriting("server", {}).servers[0].locations,
				[t.location("/web", {"handler": "proxy_pass"})],
			),
			{},
		)],
		[],
	)
	t.is_clean(ignored_directives.findings) with input as own
	in_another := t.document([object.union(_inheriting("http", {}).servers[0], {"http_proxies": true})], [])
	t.is_clean(ignored_directives.findings) with input as in_another
	t.is_clean(ignored_directives.findings) with input as object.union(_inheriting("http", {}), {"complete": false})
	hidden := t.with_unread(t.document([t.behind_gap(_inheriting("server", {}).servers[0])], []))
	t.is_clean(ignored_directives.findings) with input as hidden
}

test_inherited_in_a_part if {
	part := t.part(t.document([t.behind_gap(_inheriting("server", {}).servers[0])], []), "http")
	count(t.faults(ignored_directives.findings)) == 1 with input as part
}

test_inherited_beside_its_own if {
	t.is_clean(ignored_directives.findings) with input as _inheriting("server", {"grpc_read_timeout": t.time("1d", 86400000)})
	short := {"proxy_read_timeout": object.union(t.time("60s", 60000), {"context": "server"})}
	t.is_clean(ignored_directives.findings) with input as _inheriting("server", short)
}

_verifying(scheme, value, more) := t.one_location(t.pass("/", {
	"target": t.target({"text": "grpcs://a.example:1", "scheme": scheme, "kind": "address", "host": "a.example", "port": 1}),
	"proxy_directives": [t.fields(object.union(t.at(16), {"name": "proxy_ssl_verify", "value": value}))],
	"directives": t.fields(more),
}))

test_verification_that_is_none if {
	found := ignored_directives.findings with input as _verifying("grpcs", "on", {})
	t.faults(found) == {"proxy_ssl_verify on has no effect on grpc_pass: nobody verifies the certificate of grpcs://a.example:1"}
	t.places(found) == {16}
	every other in [_verifying("grpc", "on", {}), _verifying("grpcs", "off", {}), _verifying("grpcs", "on", {"grpc_ssl_verify": t.flag(true)})] {
		t.faults(ignored_directives.findings) == {"proxy_ssl_verify beside grpc_pass has no effect"} with input as other
	}
}

# What NG604 says is said once.
test_what_the_template_writes_by_half if {
	shop := {"kind": "Ingress", "namespace": "shop", "name": "api"}
	half := t.saying("backend-protocol", "grpc", "lower_case", {})
	its := object.union(_others, {"objects": half.objects, "controller": "ingress-nginx"})
	owned := json.patch(its, [{"op": "add", "path": "/servers/0/locations/0/owner", "value": shop}])
	t.is_clean(ignored_directives.findings) with input as owned
	other := json.patch(its, [{"op": "add", "path": "/servers/0/locations/0/owner", "value": object.union(shop, {"name": "other"})}])
	not t.is_clean(ignored_directives.findings) with input as other
}
