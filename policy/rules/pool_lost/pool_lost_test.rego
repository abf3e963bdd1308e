package nginx.grpc.rules.pool_lost_test

import data.nginx.grpc.rules.pool_lost
import data.nginx.grpc.testing as t

_balanced(after) := t.document([t.server([t.pass("/", {})], {})], [t.upstream_with(
	"greeter",
	{"keepalive": t.number("8", 8)},
	[t.peer("10.0.0.1:50051", {})],
	{"balancer": object.union(t.at(4), {"name": "least_conn", "after_keepalive": after})},
)])

_after := _balanced(true)

_before := _balanced(false)

test_before_1_29_7 if {
	found := pool_lost.findings with input as _after with data.nginx_grpc as {"nginx_version": "1.29.6"}
	t.faults(found) == {"least_conn after keepalive drops the pool before nginx 1.29.7: every call opens a connection of its own"}
	t.places(found) == {4}
	t.levels(found, "evidence") == {"deny"}
}

test_from_1_29_7 if {
	t.is_clean(pool_lost.findings) with input as _after with data.nginx_grpc as {"nginx_version": "1.29.7"}
}

test_order if {
	t.is_clean(pool_lost.findings) with input as _before with data.nginx_grpc as {"nginx_version": "1.22.1"}
	t.is_clean(pool_lost.findings) with input as _before
}

test_no_version if {
	found := pool_lost.findings with input as _after
	t.faults(found) == set()
	t.reasons(found) == {"least_conn after keepalive drops the pool before nginx 1.29.7, and nginx_version is not set"}
}
