package nginx.grpc.lib.connections_test

import data.nginx.grpc.lib.connections
import data.nginx.grpc.testing as t

_names(document) := [entry.server.name | some entry in held] if {
	held := connections.servers with input as document
}

_socket(more) := t.listen(object.union({"ssl": false, "default_server": false}, more))

_two(first, second) := t.document(
	[
		t.server([], {"name": "first", "listens": [first]}),
		t.server([t.pass("/", {})], {"name": "second", "listens": [second]}),
	],
	[t.greeter],
)

# The first call names its server when the connection is long there.
test_plaintext if {
	_names(_two(_socket({"default_server": true}), _socket({}))) == ["first"]
	_names(_two(_socket({}), _socket({"default_server": true}))) == ["second"]
	_names(_two(_socket({"default_server": true, "socket": "*:80"}), _socket({"default_server": true}))) == ["second"]
}

test_tls if {
	_names(_two(_socket({"ssl": true, "default_server": true}), _socket({"ssl": true}))) == ["second"]
}

test_both if {
	both := [_socket({"ssl": true}), _socket({"socket": "*:80"})]
	first := t.server([], {"name": "first", "listens": [_socket({"socket": "*:80", "default_server": true})]})
	second := t.server([t.pass("/", {})], {"name": "second", "listens": both})
	_names(t.document([first, second], [t.greeter])) == ["first", "second"]
}

# A socket without HTTP/2 has no gRPC on it; one whose default server is not seen is nobody's.
test_no_connection if {
	_names(_two(_socket({}), _socket({"speaks_http2": "no", "default_server": true}))) == []
	_names(_two(_socket({}), _socket({}))) == []
}

test_the_upstreams_behind if {
	held := connections.servers with input as _two(_socket({"default_server": true}), _socket({}))
	[entry.names | some entry in held] == [{"greeter"}]
	strong := t.document([t.server([t.proxied("/pkg.Service/", "strong", {})], {})], [t.greeter])
	other := connections.servers with input as strong
	[entry.names | some entry in other] == [set()]
}

# Two default servers of one socket: nginx refuses them.
test_two_defaults if {
	_names(_two(_socket({"default_server": true}), _socket({"default_server": true}))) == ["first"]
}
