package nginx.grpc.rules.max_fails_test

import data.nginx.grpc.rules.max_fails
import data.nginx.grpc.testing as t

_peers(more) := [t.peer("10.0.0.1:50051", more), t.peer("10.0.0.2:50051", more)]

_greeter(peers) := t.document([t.server([t.pass("/", {})], {})], [t.upstream("greeter", {}, peers)])

_default := _greeter(_peers({}))

_fails(n) := _greeter(_peers({"max_fails": n}))

_off := _fails(0)

_three := _fails(3)

_nine := _fails(9)

_ten := _fails(10)

_alone := _greeter([t.peer("10.0.0.1:50051", {})])

_one_down := _greeter([t.peer("10.0.0.1:50051", {}), t.peer("10.0.0.2:50051", {"down": true})])

_backup := _greeter([t.peer("10.0.0.1:50051", {}), t.peer("10.0.0.2:50051", {"backup": true})])

_half := _greeter([t.peer("10.0.0.1:50051", {"max_fails": 0}), t.peer("10.0.0.2:50051", {"line": 4})])

_unresolved := _greeter(_peers({"unresolved": true}))

_elsewhere := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream_with("greeter", {}, _peers({"max_fails": 0}), {"servers_known": false})],
)

test_default if {
	found := max_fails.findings with input as _default
	t.faults(found) == {"one event (a reset, an expired deadline) within fail_timeout (10s by default) puts one of 2 servers out for as long; with all of them out, every call gets 502"}
	t.fixes(found) == {[
		"unsafe",
		"replace server server 10.0.0.1:50051 max_fails=0",
		"replace server server 10.0.0.2:50051 max_fails=0",
	]}
	t.levels(found, "checklist") == {"warn"}
}

test_small_numbers if {
	some message in t.faults(max_fails.findings) with input as _three
	startswith(message, "3 events (a reset")
	contains(message, ") put one of 2 servers")
	count(t.faults(max_fails.findings)) == 1 with input as _nine
}

_weighted := _greeter([
	t.peer("10.0.0.1:50051", {"max_fails": 2, "args": ["10.0.0.1:50051", "weight=5", "max_fails=2", "fail_timeout=30s", "backup"]}),
	t.peer("10.0.0.2:50051", {"args": ["10.0.0.2:50051", "resolve"]}),
])

test_all_else_of_the_line_stays if {
	found := max_fails.findings with input as _weighted
	t.fixes(found) == {[
		"unsafe",
		"replace server server 10.0.0.1:50051 weight=5 max_fails=0 fail_timeout=30s backup",
		"replace server server 10.0.0.2:50051 resolve max_fails=0",
	]}
	some message in t.faults(found)
	contains(message, "within fail_timeout (10s by default or 30s) puts")
}

test_no_danger if {
	t.is_clean(max_fails.findings) with input as _off
	t.is_clean(max_fails.findings) with input as _ten
	t.is_clean(max_fails.findings) with input as _alone
	t.is_clean(max_fails.findings) with input as _one_down
}

test_a_backup_is_a_second_server if {
	count(t.faults(max_fails.findings)) == 1 with input as _backup
}

test_points_at_the_server if {
	t.places(max_fails.findings) == {4} with input as _half
}

test_unknown if {
	t.reasons(max_fails.findings) == {
		"server 10.0.0.1:50051 has a parameter that can't be read",
		"server 10.0.0.2:50051 has a parameter that can't be read",
	} with input as _unresolved
	t.faults(max_fails.findings) == set() with input as _unresolved
	t.hints(max_fails.findings) == {"server 10.0.0.1:50051 max_fails=0;", "server 10.0.0.2:50051 max_fails=0;"} with input as _unresolved
	t.hints(max_fails.findings) == {"look at where the servers come from"} with input as _elsewhere
	t.reasons(max_fails.findings) == {"the servers of upstream greeter come from elsewhere"} with input as _elsewhere
}

# ingress-nginx's: a Service's ready endpoints.
test_servers_of_a_service if {
	balancer := t.upstream_with("upstream_balancer", {}, [], {"servers_known": false})
	whole := t.document([t.server([t.pass("/", {"target": t.to_upstream("upstream_balancer")})], {})], [balancer])
	count(t.reasons(max_fails.findings)) == 1 with input as whole
	t.is_clean(max_fails.findings) with input as object.union(whole, {"controller": "ingress-nginx"})
}
