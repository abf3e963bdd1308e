package nginx.grpc.rules.call_limit_test

import data.nginx.grpc.rules.call_limit
import data.nginx.grpc.testing as t

_expecting(calls) := {"grpc": {"default": {"expected_concurrency": calls}}}

_peer(limit, more) := t.peer("10.0.0.1:50051", object.union({"args": ["10.0.0.1:50051", "weight=2", limit]}, more))

_upstream(settings, peers) := t.document(
	[t.server([t.pass("/", {})], {})],
	[t.upstream("greeter", settings, peers)],
)

_two := _upstream({"zone": t.text("a 64k")}, [_peer("max_conns=20", {}), _peer("max_conns=10", {"backup": true})])

test_servers if {
	found := call_limit.findings with input as _two with data.nginx_grpc as _expecting(31)
	t.faults(found) == {"the servers of upstream greeter take 30 calls at once (max_conns), and settings expect 31: the others get 502"}
	t.levels(found, "evidence") == {"deny"}
	t.decisions(found) == {"max_conns of 31 in all, or none; or more servers"}
	t.is_clean(call_limit.findings) with input as _two with data.nginx_grpc as _expecting(30)
	count(call_limit.findings) == 1 with input as _two with data.nginx_grpc as object.union(_expecting(31), {"workers": 2})
	t.is_clean(call_limit.findings) with input as _two
	t.is_clean(call_limit.findings) with input as _two with data.nginx_grpc as {"workers": 2}
}

test_each_worker_counts_without_zone if {
	said := object.union(_expecting(41), {"workers": 2})
	one := _upstream({}, [_peer("max_conns=20", {})])
	found := call_limit.findings with input as one with data.nginx_grpc as said
	t.faults(found) == {"the servers of upstream greeter take 40 calls at once (max_conns of 2 workers), and settings expect 41: the others get 502"}
	t.is_clean(call_limit.findings) with input as one with data.nginx_grpc as object.union(_expecting(40), {"workers": 2})
}

test_servers_without_a_limit if {
	every peers in [
		[_peer("max_conns=20", {}), _peer("max_fails=0", {})],
		[_peer("max_conns=0", {})],
		[_peer("30", {})],
		[_peer("max_conns=$a", {})],
		[_peer("max_conns=20", {"host_is_name": true})],
		[],
	] {
		t.is_clean(call_limit.findings) with input as _upstream({}, peers) with data.nginx_grpc as _expecting(100)
	}
	one := _upstream({}, [_peer("max_conns=1", {})])
	count(call_limit.findings) == 1 with input as one with data.nginx_grpc as _expecting(2)
	down := _upstream({}, [_peer("max_conns=20", {}), _peer("max_fails=0", {"down": true})])
	count(call_limit.findings) == 1 with input as down with data.nginx_grpc as _expecting(100)
	elsewhere := t.document(
		[t.server([t.pass("/", {})], {})],
		[t.upstream_with("greeter", {}, [_peer("max_conns=20", {})], {"servers_known": false})],
	)
	t.is_clean(call_limit.findings) with input as elsewhere with data.nginx_grpc as _expecting(100)
	unread := t.with_unread(t.document(
		[t.server([t.pass("/", {})], {})],
		[t.behind_gap(t.upstream("greeter", {}, [_peer("max_conns=20", {})]))],
	))
	t.is_clean(call_limit.findings) with input as unread with data.nginx_grpc as _expecting(100)
}

_limited := t.one_location(t.pass("/", {"limit_conn": object.union(t.at(7), {"value": "addr 10", "number": 10})}))

test_limit_conn if {
	found := call_limit.findings with input as _limited with data.nginx_grpc as _expecting(11)
	t.faults(found) == {"limit_conn addr 10 lets 10 calls at once through of whoever shares a key, and settings expect 11 in all: the others get 503"}
	t.levels(found, "evidence") == {"warn"}
	t.places(found) == {7}
	t.is_clean(call_limit.findings) with input as _limited with data.nginx_grpc as _expecting(10)
	t.is_clean(call_limit.findings) with input as _limited
}
