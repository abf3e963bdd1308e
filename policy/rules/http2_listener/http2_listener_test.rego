package nginx.grpc.rules.http2_listener_test

import data.nginx.grpc.rules.http2_listener
import data.nginx.grpc.testing as t

_listen(address, speaks, more) := t.listen(object.union(
	{"address": address, "http2_parameter": false, "speaks_http2": speaks},
	more,
))

_server(locations, listens) := t.document([t.server(locations, {"listens": listens})], [t.greeter])

_passed(listens) := _server([t.pass("/", {})], listens)

_none := _passed([_listen("443 ssl", "no", {})])

_none_of_two := _passed([_listen("443 ssl", "no", {}), _listen("80", "no", {})])

_one_of_two := _passed([_listen("80", "no", {}), _listen("443 ssl", "yes", {})])

_not_seen := _passed([_listen("443 ssl", "unknown", {}), _listen("80", "no", {})])

_quic := _passed([_listen("443 ssl", "no", {}), _listen("443 quic", "no", {"quic": true})])

_web := _server([t.pass_with({"grpc_web": t.flag(true)})], [_listen("80", "no", {})])

_dialect(listens) := _server(
	[t.pass("/", {"target": t.target({"text": "127.0.0.1:8081", "options": "override", "kind": "address"})})],
	listens,
)

_strong := _server([t.proxied("/helloworld.Greeter/", "strong", {})], [_listen("80", "no", {})])

_weak := _server([t.proxied("/grpc", "weak", {})], [_listen("80", "no", {})])

_http := _server([t.location("/", {})], [_listen("80", "no", {})])

_one_of_two_not_seen := _passed([_listen("80", "unknown", {}), _listen("443 ssl", "yes", {})])

_web_not_seen := _server([t.pass_with({"grpc_web": t.flag(true)})], [_listen("80", "unknown", {})])

_fragment := object.union(
	t.document([t.behind_gap(t.server([t.behind_gap(t.pass("/", {}))], {"listens": [_listen("443 ssl", "unknown", {})]}))], [t.greeter]),
	t.fragment,
)

test_no_socket if {
	found := http2_listener.findings with input as _none
	t.faults(found) == {"no client can make a call: 443 ssl of this server speaks no HTTP/2"}
	t.remedies(found) == {"listen 443 ssl http2;"}
	t.levels(found, "evidence") == {"deny"}
	{fault.server | some fault in found} == {"api.example"}
}

test_two_sockets if {
	t.faults(http2_listener.findings) == {"no client can make a call: 443 ssl, 80 of this server speak no HTTP/2"} with input as _none_of_two
	t.is_clean(http2_listener.findings) with input as _one_of_two
}

test_remedy_by_version if {
	t.remedies(http2_listener.findings) == {"http2 on;"} with input as _none with data.nginx_grpc as {"nginx_version": "1.25.1"}
	t.remedies(http2_listener.findings) == {"listen 443 ssl http2;"} with input as _none with data.nginx_grpc as {"nginx_version": "1.25.0"}
}

test_quic_is_a_warning if {
	found := http2_listener.findings with input as _quic
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
}

test_grpc_web_needs_no_http2 if {
	t.is_clean(http2_listener.findings) with input as _web
	t.is_clean(http2_listener.findings) with input as _web_not_seen
}

test_another_grpc_pass_may_need_no_http2 if {
	found := http2_listener.findings with input as _dialect([_listen("80", "no", {})])
	t.faults(found) == set()
	t.reasons(found) == {"grpc_pass 127.0.0.1:8081 override is not nginx's own, and may take calls over HTTP/1.1"}
	t.hints(found) == {"listen 80 http2;   # for clients that speak gRPC"}
	t.is_clean(http2_listener.findings) with input as _dialect([_listen("80", "yes", {})])
}

test_strong_signs_count if {
	count(t.faults(http2_listener.findings)) == 1 with input as _strong
	t.is_clean(http2_listener.findings) with input as _weak
	t.is_clean(http2_listener.findings) with input as _http
}

test_unknown if {
	found := http2_listener.findings with input as _not_seen
	t.reasons(found) == {"whether 443 ssl speaks HTTP/2 is not seen"}
	t.hints(found) == {"nginx-grpc check the whole configuration, as nginx -T prints it"}
	t.faults(found) == set()
	t.is_clean(http2_listener.findings) with input as _one_of_two_not_seen
	t.reasons(http2_listener.findings) == {"http is not seen: the text is a server"} with input as _fragment
}
