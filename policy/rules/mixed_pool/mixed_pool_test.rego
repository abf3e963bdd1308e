package nginx.grpc.rules.mixed_pool_test

import data.nginx.grpc.rules.mixed_pool
import data.nginx.grpc.testing as t

_web := object.union(t.at(21), {"text": "http://greeter", "server": "api.example", "location": "/api"})

_shared(settings, more) := t.document([t.server([t.pass("/", {})], {})], [t.upstream_with(
	"greeter",
	settings,
	[t.peer("10.0.0.1:50051", {})],
	object.union({"proxied": _web}, more),
)])

_pool := {"keepalive": t.number("8", 8)}

test_both_in_one_pool if {
	found := mixed_pool.findings with input as _shared(_pool, {})
	t.faults(found) == {"upstream greeter has one pool (keepalive 8) for grpc_pass and for proxy_pass http://greeter (location /api): a call that gets an HTTP request's connection fails with UNAVAILABLE, and a POST that gets a call's connection with 502"}
	t.places(found) == {12}
	t.subjects(found) == {["", "", "greeter"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"deny"}
	t.decisions(found) == {"a block of its own for plain HTTP: the servers of greeter under another name, and proxy_pass to it in location /api"}
}

test_a_pool_for_each_location_as_fix if {
	found := mixed_pool.findings with input as _shared(_pool, {}) with data.nginx_grpc as {"nginx_version": "1.29.7"}
	t.fixes(found) == {["unsafe", "set keepalive 8 local"]}
	before := mixed_pool.findings with input as _shared(_pool, {}) with data.nginx_grpc as {"nginx_version": "1.29.6"}
	t.fixes(before) == {["manual"]}
}

test_a_pool_for_each_location if {
	t.is_clean(mixed_pool.findings) with input as _shared(_pool, {"keepalive_local": true})
	t.is_clean(mixed_pool.findings) with input as _shared({}, {})
	t.is_clean(mixed_pool.findings) with input as _shared({}, {}) with data.nginx_grpc as {"nginx_version": "1.31.3"}
}

test_no_pool if {
	t.is_clean(mixed_pool.findings) with input as _shared({"keepalive": t.number("0", 0)}, {})
}

test_grpc_alone if {
	t.is_clean(mixed_pool.findings) with input as t.one_location(t.pass("/", {}))
}

# NG101 speaks of what goes out by proxy_pass: in HTTP/1, like the rest of the pool.
test_no_grpc_pass if {
	document := object.union(_shared(_pool, {}), {"servers": [t.server([t.proxied("/pkg.Service/", "strong", {})], {})]})
	t.is_clean(mixed_pool.findings) with input as document
}

test_variable_size if {
	found := mixed_pool.findings with input as _shared({"keepalive": t.variable("$n")}, {})
	t.faults(found) == set()
	t.reasons(found) == {"keepalive $n holds a variable"}
}

# Whose pool is in the hands of Lua has none by keepalive.
test_lua if {
	balancer := {"balancer": object.union(t.at(4), {"name": "balancer_by_lua_block", "after_keepalive": false})}
	t.is_clean(mixed_pool.findings) with input as _shared({}, balancer)
}
