package nginx.grpc.rules.http2_listener_test

import data.nginx.grpc.rules.http2_listener
import data.nginx.grpc.testing as t

_listen(address, speaks, more) := t.listen(object.union(
	{
		"address": split(address, " ")[0],
		"args": split(address, " "),
		"socket": concat("", ["*:", split(address, " ")[0]]),
		"port": to_number(split(address, " ")[0]),
		"ssl": endswith(address, "ssl"),
		"http2_parameter": false,
		"speaks_http2": speaks,
	},
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
	t.faults(found) == {"no client can make a call: 443 of this server speaks no HTTP/2"}
	t.fixes(found) == {["safe", "replace listen listen 443 ssl http2"]}
	t.levels(found, "evidence") == {"deny"}
	{fault.server | some fault in found} == {"api.example"}
}

test_two_sockets if {
	t.faults(http2_listener.findings) == {"no client can make a call: 443, 80 of this server speak no HTTP/2"} with input as _none_of_two
	t.is_clean(http2_listener.findings) with input as _one_of_two
}

_first_with := {"nginx_version": "1.25.1"}

_last_without := {"nginx_version": "1.25.0"}

test_spelling_by_version if {
	t.fixes(http2_listener.findings) == {["safe", "set http2 on"]} with input as _none with data.nginx_grpc as _first_with
	t.fixes(http2_listener.findings) == {["safe", "replace listen listen 443 ssl http2"]} with input as _none with data.nginx_grpc as _last_without
}

_busy := _passed([
	_listen("80", "no", {"line": 3}),
	_listen("443", "no", {"line": 4, "ssl": true, "args": ["443", "ssl", "proxy_protocol", "default_server", "reuseport"]}),
	_listen("443", "no", {"line": 5, "ssl": true, "args": ["[::]:443", "ssl", "backlog=511"]}),
	_listen("8443", "no", {"line": 6, "ssl": true, "args": ["8443", "ssl"]}),
])

# Sockets without TLS may be there for others, and one port is enough.
test_tls_comes_first_and_all_else_stays if {
	found := http2_listener.findings with input as _busy
	t.places(found) == {4}
	t.fixes(found) == {[
		"safe",
		"replace listen listen 443 ssl proxy_protocol default_server reuseport http2",
		"replace listen listen [::]:443 ssl backlog=511 http2",
	]}
}

_plain := _passed([_listen("80", "no", {}), _listen("8080", "no", {})])

_plain_with_web := _passed([_listen("80", "no", {}), _listen("80", "no", {"mixed": true})])

test_plaintext_with_a_web_site if {
	t.decisions(http2_listener.findings) == {"where gRPC comes: before nginx 1.25.1 a plaintext socket with http2 takes no HTTP/1.1, and 80 answers other requests too. A listen of its own for gRPC (listen PORT http2), or settings that say which nginx it is: from 1.25.1 on http2 on takes both"} with input as _plain_with_web
	t.fixes(http2_listener.findings) == {["safe", "set http2 on"]} with input as _plain_with_web with data.nginx_grpc as _first_with
}

test_plaintext if {
	found := http2_listener.findings with input as _plain
	t.fixes(found) == {["unsafe", "replace listen listen 80 http2"]}
	some finding in found
	startswith(finding.fix.why, "before nginx 1.25.1 80 then takes no HTTP/1.1 any more")
	t.fixes(http2_listener.findings) == {["safe", "set http2 on"]} with input as _plain with data.nginx_grpc as _first_with
}

test_no_listen if {
	silent := _passed([_listen("80", "no", {"implicit": true, "args": []})])
	t.fixes(http2_listener.findings) == {["unsafe", "add listen 80 http2"]} with input as silent
}

_second(listens, more) := t.document(
	[
		t.server([t.location("/", {})], object.union({"name": "web", "line": 20, "listens": listens}, more)),
		t.server([t.pass("/", {})], {"listens": listens}),
	],
	[t.greeter],
)

test_shared_socket if {
	tls := _second([_listen("443 ssl", "no", {})], {})
	t.fixes(http2_listener.findings) == {["unsafe", "replace listen listen 443 ssl http2"]} with input as tls
	{finding.fix.why | some finding in http2_listener.findings} == {"all servers on 443 take HTTP/2 then"} with input as tls
	t.fixes(http2_listener.findings) == {["safe", "set http2 on"]} with input as tls with data.nginx_grpc as _first_with
}

# The default server of a plaintext socket decides, and the server needs it as well.
test_default_server_is_mended_too if {
	plain := _second([_listen("80", "no", {})], {})
	found := http2_listener.findings with input as plain with data.nginx_grpc as _first_with
	t.fixes(found) == {["unsafe", "set http2 on", "set http2 on"]}
	some finding in found
	[1, 20] == [edit["in"].line | some edit in finding.fix.edits]
	finding.fix.why == "on plaintext the default server of 80 decides, which is web (nginx.conf:20): it takes HTTP/2 then, too"
	on := _second([_listen("80", "no", {})], {"directives": t.fields({"http2": t.flag(true)})})
	t.fixes(http2_listener.findings) == {["unsafe", "set http2 on"]} with input as on with data.nginx_grpc as _first_with
}

test_udp_alone if {
	udp := _passed([_listen("443", "no", {"quic": true})])
	t.decisions(http2_listener.findings) == {"on which port calls come by TCP: listen PORT ssl beside it, with http2"} with input as udp
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
	t.reasons(found) == {"whether 443 speaks HTTP/2 is not seen"}
	t.hints(found) == {"nginx-grpc check the whole configuration, as nginx -T prints it"}
	t.faults(found) == set()
	t.is_clean(http2_listener.findings) with input as _one_of_two_not_seen
	t.reasons(http2_listener.findings) == {"http is not seen: the text is a server"} with input as _fragment
}

# HTTP/2 alone does not help a browser.
_for_browsers(location, more, list) := t.listed(
	_server(array.concat([object.union(location, {"add_header": 0})], more), [_listen("443 ssl", "no", {})]),
	[list],
)

_cors(context) := t.header_list("add_header", context, [t.header("Access-Control-Allow-Origin", "*")])

_decided(document) if {
	found := http2_listener.findings with input as document
	{fault.variant | some fault in found} == {"browsers"}
	t.decisions(found) == {"who comes: for browsers a proxy that translates gRPC-Web (NG217), for gRPC clients HTTP/2 on 443"}
}

test_browsers if {
	_decided(_for_browsers(t.pass("/", {}), [], _cors("location")))
	_decided(t.listed(
		_server([t.pass("/", {"grpc_set_header": 0})], [_listen("443 ssl", "no", {})]),
		[t.header_list("grpc_set_header", "server", [t.header("Content-Type", "application/grpc")])],
	))
	in_if := t.location("/", {"id": "if", "parent": "/", "modifier": "if", "add_header": 0})
	_decided(t.listed(
		_server([t.pass("/", {}), in_if], [_listen("443 ssl", "no", {})]),
		[_cors("if")],
	))
}

test_headers_of_other_locations_are_no_sign_of_browsers if {
	other := t.location("/web", {"add_header": 0})
	found := http2_listener.findings with input as t.listed(
		_server([t.pass("/", {}), other], [_listen("443 ssl", "no", {})]),
		[_cors("location")],
	)
	{fault.variant | some fault in found} == {""}
}
