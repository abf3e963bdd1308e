package nginx.grpc.rules.keepalive_time_test

import data.nginx.grpc.rules.keepalive_time
import data.nginx.grpc.testing as t

_greeter(settings) := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream("greeter", settings, [t.peer("10.0.0.1:50051", {})])],
)

_pool := {"keepalive": t.number("8", 8)}

_default := _greeter(_pool)

_short := _greeter(object.union(_pool, {"keepalive_time": t.time("4m", 240000)}))

_equal := _greeter(object.union(_pool, {"keepalive_time": t.time("5m", 300000)}))

_no_pool := _greeter({})

_no_pool_short := _greeter({"keepalive_time": t.time("4m", 240000)})

_no_pool_equal := _greeter({"keepalive_time": t.time("5m", 300000)})

_no_pool_variable := _greeter({"keepalive_time": t.variable("$t")})

_variable := _greeter(object.union(_pool, {"keepalive_time": t.variable("$t")}))

_pool_variable := _greeter({"keepalive": t.variable("$n")})

_aged := {"grpc": {"default": {"max_connection_age": "5m"}}}

_web := object.union(t.at(20), {"text": "http://greeter", "server": "web", "location": "/"})

_shared := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream_with("greeter", _pool, [t.peer("10.0.0.1:50051", {})], {"proxied": _web})],
)

# What HTTP goes by as well is changed for both; an old nginx has no such directive.
test_how_safe_it_is if {
	t.fixes(keepalive_time.findings) == {["safe", "set keepalive_time 200s"]} with input as _default with data.nginx_grpc as _aged
	t.fixes(keepalive_time.findings) == {["unsafe", "set keepalive_time 200s"]} with input as _shared with data.nginx_grpc as _aged
	old := object.union(_aged, {"nginx_version": "1.18.0"})
	t.decisions(keepalive_time.findings) == {"nginx 1.19.10 or later, which has keepalive_time"} with input as _default with data.nginx_grpc as old
}

test_above_the_age if {
	found := keepalive_time.findings with input as _default with data.nginx_grpc as _aged
	t.faults(found) == {"a busy connection is used for 1h (default); the server ends it after 5m (MaxConnectionAge) and cuts the calls that outlive its grace"}
	t.remedies(found) == {"keepalive_time 200s;"}
	t.levels(found, "evidence") == {"warn"}
	count(t.faults(keepalive_time.findings)) == 1 with input as _equal with data.nginx_grpc as _aged
}

test_below_the_age if {
	t.is_clean(keepalive_time.findings) with input as _short with data.nginx_grpc as _aged
}

# The 30s that are assumed elsewhere are no word of the user's.
test_silent_without_an_age if {
	t.is_clean(keepalive_time.findings) with input as _default
	t.is_clean(keepalive_time.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"default": {"max_connection_idle": "5m"}}}
}

test_pool_by_version if {
	t.is_clean(keepalive_time.findings) with input as _no_pool
		with data.nginx_grpc as object.union(_aged, {"nginx_version": "1.29.6"})
	t.is_clean(keepalive_time.findings) with input as _no_pool_variable
		with data.nginx_grpc as object.union(_aged, {"nginx_version": "1.29.6"})
	count(t.faults(keepalive_time.findings)) == 1 with input as _no_pool
		with data.nginx_grpc as object.union(_aged, {"nginx_version": "1.29.7"})
	t.reasons(keepalive_time.findings) == {"upstream greeter has no keepalive, which is a pool from nginx 1.29.7 on, and nginx_version is not set"} with input as _no_pool with data.nginx_grpc as _aged
	t.is_clean(keepalive_time.findings) with input as _no_pool_short with data.nginx_grpc as _aged
	count(t.reasons(keepalive_time.findings)) == 1 with input as _no_pool_equal with data.nginx_grpc as _aged
}

test_unknown if {
	t.reasons(keepalive_time.findings) == {"keepalive_time $t holds a variable"} with input as _variable with data.nginx_grpc as _aged
	t.reasons(keepalive_time.findings) == {"keepalive $n holds a variable"} with input as _pool_variable with data.nginx_grpc as _aged
}
