package nginx.grpc.rules.keepalive_timeout_test

import data.nginx.grpc.rules.keepalive_timeout
import data.nginx.grpc.testing as t

_document(upstream) := t.document([t.server([t.pass("/", {})], {})], [upstream])

_greeter(settings) := _document(t.upstream("greeter", settings, [t.peer("10.0.0.1:50051", {})]))

_pool := {"keepalive": t.number("8", 8)}

_default := _greeter(_pool)

_timeout(text, ms) := _greeter(object.union(_pool, {"keepalive_timeout": t.time(text, ms)}))

_short := _timeout("20s", 20000)

_equal := _timeout("30s", 30000)

_no_pool := _greeter({})

_no_pool_short := _greeter({"keepalive_timeout": t.time("20s", 20000)})

_no_pool_equal := _greeter({"keepalive_timeout": t.time("30s", 30000)})

_no_pool_variable := _greeter({"keepalive_timeout": t.variable("$t")})

_off_variable := _greeter({"keepalive": t.number("0", 0), "keepalive_timeout": t.variable("$t")})

_off := _greeter({"keepalive": t.number("0", 0)})

_variable := _greeter(object.union(_pool, {"keepalive_timeout": t.variable("$t")}))

_pool_variable := _greeter({"keepalive": t.variable("$n")})

_lua := _document(t.upstream_with("greeter", {}, [], {"servers_known": false, "balancer": object.union(t.at(4), {
	"name": "balancer_by_lua_block",
	"after_keepalive": false,
})}))

_unused := t.document([t.server([t.location("/", {})], {})], [t.upstream("greeter", _pool, [])])

_by_variable := t.one_location(t.pass("/", {"grpc_pass": "$backend", "target": t.to_variable("$backend", "unknown", {})}))

_new := {"nginx_version": "1.29.7"}

_old := {"nginx_version": "1.29.6"}

test_default_is_long if {
	found := keepalive_timeout.findings with input as _default
	t.faults(found) == {"idle connections are kept for 60s (default); the server closes them after 30s (assumed)"}
	t.remedies(found) == {"keepalive_timeout 20s;   # 30s is assumed: max_connection_idle or max_connection_age in the settings says it"}
	t.fixes(found) == {["unsafe", "set keepalive_timeout 20s"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"off"}
	t.places(found) == {2}
}

test_below_and_not_equal if {
	t.is_clean(keepalive_timeout.findings) with input as _short
	t.places(keepalive_timeout.findings) == {12} with input as _equal
}

test_given_by_settings if {
	found := keepalive_timeout.findings with input as _short
		with data.nginx_grpc as {"grpc": {"default": {"max_connection_age": "1h", "max_connection_idle": "15s"}}}
	t.faults(found) == {"idle connections are kept for 20s; the server closes them after 15s (as settings say)"}
	t.levels(found, "evidence") == {"deny"}
	t.is_clean(keepalive_timeout.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"upstreams": {"greeter": {"max_connection_idle": "5m"}}}}
}

test_default_pool_by_version if {
	count(t.faults(keepalive_timeout.findings)) == 1 with input as _no_pool with data.nginx_grpc as _new
	t.is_clean(keepalive_timeout.findings) with input as _no_pool with data.nginx_grpc as _old
	t.is_clean(keepalive_timeout.findings) with input as _no_pool_short with data.nginx_grpc as _new
	t.is_clean(keepalive_timeout.findings) with input as _off with data.nginx_grpc as _new
}

# NG104 speaks of an upstream without keepalive, unless settings say when its server closes.
test_no_pool_and_no_version if {
	t.is_clean(keepalive_timeout.findings) with input as _no_pool
	t.is_clean(keepalive_timeout.findings) with input as _no_pool_short
	given := keepalive_timeout.findings with input as _no_pool
		with data.nginx_grpc as {"grpc": {"default": {"max_connection_idle": "10s"}}}
	t.faults(given) == set()
	t.reasons(given) == {"upstream greeter has no keepalive, which is a pool from nginx 1.29.7 on, and nginx_version is not set"}
	{unknown.levels.checklist | some unknown in given} == {"deny"}
	t.doubtful(given, "evidence") == {"deny"}
	count(t.reasons(keepalive_timeout.findings)) == 1 with input as _no_pool_equal
		with data.nginx_grpc as {"grpc": {"default": {"max_connection_idle": "30s"}}}
	t.is_clean(keepalive_timeout.findings) with input as _no_pool_short
		with data.nginx_grpc as {"grpc": {"default": {"max_connection_idle": "30s"}}}
}

_written := {"explicit": "required", "grpc": {"default": {"max_connection_idle": "5m"}}}

test_default_to_be_written if {
	found := keepalive_timeout.findings with input as _default
		with data.nginx_grpc as _written
	t.faults(found) == {"idle connections end in time only by nginx's default, 60s (default); settings ask for it in writing"}
	t.is_weak(found)
	t.is_clean(keepalive_timeout.findings) with input as _short with data.nginx_grpc as {"explicit": "required"}
	t.is_clean(keepalive_timeout.findings) with input as _off with data.nginx_grpc as _written
	count(keepalive_timeout.findings) == 1 with input as _no_pool
		with data.nginx_grpc as object.union(_written, _new)
	long := keepalive_timeout.findings with input as _default with data.nginx_grpc as {"explicit": "required"}
	count(long) == 1
	not t.is_weak(long)
	as_long := keepalive_timeout.findings with input as _default
		with data.nginx_grpc as {"explicit": "required", "grpc": {"default": {"max_connection_idle": "60s"}}}
	count(as_long) == 1
	not t.is_weak(as_long)
}

test_unknown if {
	t.reasons(keepalive_timeout.findings) == {"keepalive_timeout $t holds a variable"} with input as _variable
	t.reasons(keepalive_timeout.findings) == {"keepalive_timeout $t holds a variable"} with input as _no_pool_variable
	t.reasons(keepalive_timeout.findings) == {"keepalive_timeout $t holds a variable"} with input as _no_pool_variable with data.nginx_grpc as _new
	t.is_clean(keepalive_timeout.findings) with input as _off_variable
	t.reasons(keepalive_timeout.findings) == {"keepalive $n holds a variable"} with input as _pool_variable
	t.reasons(keepalive_timeout.findings) == {"the connections of upstream greeter are in the hands of Lua"} with input as _lua
	t.reasons(keepalive_timeout.findings) == {"grpc_pass $backend leads to what is not seen"} with input as _by_variable
}

test_upstreams_without_calls_are_not_judged if {
	t.is_clean(keepalive_timeout.findings) with input as _unused
}
