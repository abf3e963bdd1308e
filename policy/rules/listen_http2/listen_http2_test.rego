package nginx.grpc.rules.listen_http2_test

import data.nginx.grpc.rules.listen_http2
import data.nginx.grpc.testing as t

_feature(name) := object.union(t.one_location(t.pass("/", {})), {"features": [object.union(t.line_of(19), {"name": name, "count": 3})]})

_listen := _feature("listen http2")

_known := {"nginx_version": "1.25.1"}

_socket(port, more) := t.listen(object.union(
	{"args": [port, "ssl", "http2"], "address": port, "socket": concat("", ["*:", port])},
	more,
))

_bare(port) := _socket(port, {"http2_parameter": false, "args": [port]})

_servers(lists) := object.union(_listen, {"servers": [server |
	some number, listens in lists
	server := t.server([t.pass("/", {})], {"listens": listens, "line": 20 + number})
]})

_fixes(document) := fixes if {
	fixes := t.fixes(listen_http2.findings) with input as document with data.nginx_grpc as _known
}

test_both_lines if {
	_fixes(_servers([[_socket("443", {})]])) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
	all_kept := _socket("443", {"args": ["443", "ssl", "http2", "default_server", "reuseport"]})
	_fixes(_servers([[all_kept]])) == {["safe", "replace listen listen 443 ssl default_server reuseport", "set http2 on"]}
	on := object.union(_servers([]), {"servers": [t.server([], {
		"listens": [_socket("443", {})],
		"directives": t.fields({"http2": t.flag(true)}),
	})]})
	_fixes(on) == {["safe", "replace listen listen 443 ssl"]}
}

# The parameter was the socket's, and all its servers spoke HTTP/2.
test_every_server_of_the_socket if {
	document := _servers([[_socket("443", {})], [_bare("443")], [_bare("8443")]])
	found := listen_http2.findings with input as document with data.nginx_grpc as _known
	t.fixes(found) == {["safe", "replace listen listen 443 ssl", "set http2 on", "set http2 on"]}
	{edit["in"].line | some finding in found; some edit in finding.fix.edits} == {20, 21}
}

test_other_sockets_of_the_server if {
	document := _servers([[_socket("443", {}), object.union(_bare("80"), {"speaks_http2": "no"})]])
	_fixes(document) == {["unsafe", "replace listen listen 443 ssl", "set http2 on"]}
	some finding in listen_http2.findings with input as document with data.nginx_grpc as _known
	finding.fix.why == "http2 on is for all sockets of a server: 80 take HTTP/2 then, too"
	two := _servers([[_socket("443", {}), _without("81"), _without("80")]])
	some other in listen_http2.findings with input as two with data.nginx_grpc as _known
	other.fix.why == "http2 on is for all sockets of a server: 80, 81 take HTTP/2 then, too"
	_fixes(_servers([[_socket("443", {}), _socket("8443", {"quic": true, "http2_parameter": false, "speaks_http2": "no"})]])) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
}

_without(port) := object.union(_bare(port), {"speaks_http2": "no"})

# A socket of another server, one that has HTTP/2 by what another file says, the same port by QUIC.
test_sockets_that_nothing_changes_for if {
	_fixes(_servers([[_socket("443", {})], [_without("80")]])) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
	elsewhere := _socket("8443", {"file": "other.conf"})
	_fixes(_servers([[_socket("443", {}), elsewhere]])) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
	quic := _socket("443", {"quic": true, "http2_parameter": false, "speaks_http2": "no"})
	_fixes(_servers([[_socket("443", {})], [quic]])) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
}

# Of a ConfigMap each key is a text of its own.
test_listens_of_a_key_are_its_own if {
	of_key := object.union(
		_servers([[_socket("443", {"key": "a.conf"}), _socket("444", {"key": "b.conf"})]]),
		{"features": [object.union(_listen.features[0], {"key": "a.conf"})]},
	)
	_fixes(of_key) == {["safe", "replace listen listen 443 ssl", "set http2 on"]}
}

test_which_directive_it_is if {
	t.directives(listen_http2.findings) == {"listen"} with input as _listen with data.nginx_grpc as _known
	t.directives(listen_http2.findings) == {"http2_push"} with input as _push with data.nginx_grpc as _known
}

_push := object.union(
	_servers([[_socket("443", {}), _without("80")]]),
	{"features": _feature("http2_push").features},
)

test_what_goes_without_successor_changes_no_socket if {
	_fixes(_push) == {["safe", "remove http2_push"]}
}

test_listens_of_another_file_are_its_own if {
	elsewhere := _socket("443", {"file": "other.conf"})
	_fixes(_servers([[elsewhere]])) == {["manual"]}
}

_limit := _feature("http2_max_requests")

_other := _feature("http2")

test_listen if {
	found := listen_http2.findings with input as _listen with data.nginx_grpc as {"nginx_version": "1.25.1"}
	t.faults(found) == {"listen http2 is deprecated from nginx 1.25.1 on, and this is to run on 1.25.1 (3 in this file)"}
	t.places(found) == {19}
	t.levels(found, "checklist") == {"warn"}
	t.is_clean(listen_http2.findings) with input as _listen with data.nginx_grpc as {"nginx_version": "1.25.0"}
}

test_limits if {
	count(listen_http2.findings) == 1 with input as _limit with data.nginx_grpc as {"nginx_version": "1.22.1"}
	t.is_clean(listen_http2.findings) with input as _limit with data.nginx_grpc as {"nginx_version": "1.19.6"}
}

_last_before := {"1.19.7": "1.19.6", "1.25.1": "1.25.0"}

test_each_on_both_sides_of_its_version if {
	cases := {
		"listen http2": ["1.25.1", "deprecated", ""],
		"http2_max_requests": ["1.19.7", "ignored", "keepalive_requests"],
		"http2_max_field_size": ["1.19.7", "ignored", "large_client_header_buffers"],
		"http2_max_header_size": ["1.19.7", "ignored", "large_client_header_buffers"],
		"http2_idle_timeout": ["1.19.7", "ignored", "keepalive_timeout"],
		"http2_recv_timeout": ["1.19.7", "ignored", "client_header_timeout"],
		"http2_push": ["1.25.1", "ignored", ""],
		"http2_push_preload": ["1.25.1", "ignored", ""],
		"http2_max_concurrent_pushes": ["1.25.1", "ignored", ""],
	}
	every name, said in cases {
		found := listen_http2.findings with input as _feature(name) with data.nginx_grpc as {"nginx_version": said[0]}
		some message in t.faults(found)
		startswith(message, concat("", [name, " is ", said[1], " from nginx ", said[0], " on, ", _where(said[2]), "and"]))
		t.is_clean(listen_http2.findings) with input as _feature(name)
			with data.nginx_grpc as {"nginx_version": _last_before[said[0]]}
	}
}

_where(instead) := "" if {
	instead == ""
} else := concat("", ["where ", instead, " says it, "])

test_what_is_ignored_can_go if {
	t.fixes(listen_http2.findings) == {["safe", "remove http2_max_requests"]} with input as _limit with data.nginx_grpc as _known
}

test_silent_without_a_version if {
	t.is_clean(listen_http2.findings) with input as _listen
	t.is_clean(listen_http2.findings) with input as _other with data.nginx_grpc as {"nginx_version": "1.31.3"}
}

test_ssl_on if {
	document := _feature("ssl")
	found := listen_http2.findings with input as document with data.nginx_grpc as {"nginx_version": "1.22.1"}
	t.faults(found) == {"ssl is deprecated from nginx 1.15.0 on, where listen ... ssl says it, and this is to run on 1.22.1 (3 in this file)"}
	t.decisions(found) == {"listen ... ssl on each listen that takes TLS, in place of ssl on"}
	every version in ["1.14.2", "1.25.1"] {
		t.is_clean(listen_http2.findings) with input as document with data.nginx_grpc as {"nginx_version": version}
	}
}
