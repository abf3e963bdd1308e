package nginx.grpc.rules.upgrade_headers_test

import data.nginx.grpc.rules.upgrade_headers
import data.nginx.grpc.testing as t

_upgrade := [t.header("Host", "$host"), t.header("Upgrade", "$http_upgrade"), t.header("connection", "upgrade")]

_with(location, level, headers) := t.listed(
	t.one_location(location),
	[t.header_list("proxy_set_header", level, headers)],
)

_left := _with(t.pass("/", {"proxy_set_header": 0}), "location", _upgrade)

_left_in_proxy := _with(t.proxied("/a.B/", "strong", {"proxy_set_header": 0}), "location", _upgrade)

_left_in_if := _with(t.pass("/", {"proxy_set_header": 0}), "if", _upgrade)

_one_left := _with(t.pass("/", {"proxy_set_header": 0}), "location", [t.header("Upgrade", "$http_upgrade")])

_weak := _with(t.proxied("/grpc", "weak", {"proxy_set_header": 0}), "location", _upgrade)

_outer := _with(t.pass("/", {"proxy_set_header": 0}), "http", _upgrade)

_others := _with(t.pass("/", {"proxy_set_header": 0}), "location", [t.header("Host", "$host")])

_websocket := _with(t.proxied("/ws", "no", {"proxy_set_header": 0}), "location", _upgrade)

test_left_over if {
	found := upgrade_headers.findings with input as _left
	t.faults(found) == {"proxy_set_header Upgrade and connection is for WebSocket and HTTP/1.1; gRPC has no use for it"}
	t.fixes(found) == {["safe", "remove proxy_set_header", "remove proxy_set_header"]}
	t.levels(found, "checklist") == {"warn"}
	t.levels(found, "evidence") == {"off"}
	count(t.faults(upgrade_headers.findings)) == 1 with input as _left_in_proxy
	count(t.faults(upgrade_headers.findings)) == 1 with input as _left_in_if
	count(t.faults(upgrade_headers.findings)) == 1 with input as _one_left
}

test_for_other_locations if {
	t.is_clean(upgrade_headers.findings) with input as _outer
	t.is_clean(upgrade_headers.findings) with input as _others
	t.is_clean(upgrade_headers.findings) with input as _websocket
	t.is_clean(upgrade_headers.findings) with input as _weak
}
