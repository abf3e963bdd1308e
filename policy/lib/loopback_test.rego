package nginx.grpc.lib.loopback_test

import data.nginx.grpc.lib.loopback
import data.nginx.grpc.testing as t

_up(peers, more) := t.document([], [t.upstream_with("up", {}, peers, more)])

_passing := t.pass("/", {"target": t.to_upstream("up")})

test_addresses if {
	every host in ["127.0.0.1", "127.1.2.3", "localhost", "LocalHost", "localhost.localdomain", "ip6-localhost", "[::1]"] {
		loopback.stays(t.pass("/", {"target": t.to_address(host, 1)})) with input as _up([], {})
	}
	every host in ["10.0.0.1", "127.example", "backend", "[::2]", "x127.0.0.1", "127.0.0.1.nip.io"] {
		not loopback.stays(t.pass("/", {"target": t.to_address(host, 1)})) with input as _up([], {})
	}
	loopback.stays(t.pass("/", {"target": t.target({"kind": "unix"})})) with input as _up([], {})
}

test_upstreams if {
	near := t.peer("127.0.0.1:1", {})
	far := t.peer("10.0.0.1:1", {})
	loopback.stays(_passing) with input as _up([near], {})
	loopback.stays(_passing) with input as _up([near, t.peer("unix:1", {"host": ""})], {})
	not loopback.stays(_passing) with input as _up([near, far], {})
	not loopback.stays(_passing) with input as _up([], {})
	not loopback.stays(_passing) with input as _up([near], {"servers_known": false})
	not loopback.stays(t.pass("/", {"target": t.to_variable("$x", "request", {})})) with input as _up([near], {})
}
