package nginx.grpc.rules.needs_newer_nginx_test

import data.nginx.grpc.rules.needs_newer_nginx
import data.nginx.grpc.testing as t

_feature(name) := object.union(t.one_location(t.pass("/", {})), {"features": [object.union(t.line_of(19), {"name": name, "count": 1})]})

_http2 := _feature("http2")

_ssl := _feature("ssl")

_old := _feature("listen http2")

_is_refused(name, version) if {
	found := needs_newer_nginx.findings with input.features as [object.union(t.line_of(19), {"name": name, "count": 1})]
		with data.nginx_grpc as {"nginx_version": version}
	count(found) == 1
}

test_too_new if {
	found := needs_newer_nginx.findings with input as _http2 with data.nginx_grpc as {"nginx_version": "1.22.1"}
	t.faults(found) == {"http2 needs nginx 1.25.1, and this is to run on 1.22.1, which refuses to start"}
	t.levels(found, "evidence") == {"deny"}
	t.is_clean(needs_newer_nginx.findings) with input as _http2 with data.nginx_grpc as {"nginx_version": "1.25.1"}
}

_on(context) := object.union(t.flag(true), {"context": context})

_without := {"http2_parameter": false, "speaks_http2": "yes", "address": "443", "args": ["443", "ssl"]}

_plain := {"http2_parameter": false, "speaks_http2": "yes", "ssl": false, "address": "80", "args": ["80"]}

_saying(context, listens) := object.union(_http2, {"servers": [t.server([t.pass("/", {})], {
	"directives": t.fields({"http2": _on(context)}),
	"listens": listens,
})]})

_edits(document) := fixes if {
	fixes := t.fixes(needs_newer_nginx.findings) with input as document with data.nginx_grpc as {"nginx_version": "1.22.1"}
}

# The older spelling is a parameter of the TLS sockets, or of all where there are none.
test_http2_of_servers if {
	both := [t.listen(_plain), t.listen(_without)]
	_edits(_saying("server", both)) == {["unsafe", "remove http2", "replace listen listen 443 ssl http2"]}
	_edits(_saying("server", [t.listen(_plain)])) == {["unsafe", "remove http2", "replace listen listen 80 http2"]}
	_edits(_saying("http", both)) == {["manual"]}
	_edits(object.union(_http2, {"servers": array.concat(
		_saying("http", both).servers,
		_saying("server", both).servers,
	)})) == {["manual"]}
	_edits(_http2) == {["manual"]}
}

_tls(port, more) := t.listen(object.union(_without, object.union({"address": port, "args": [port, "ssl"]}, more)))

# Of the TLS sockets those that lack it; what is no line of the text, or not TCP, gets none.
test_which_listens_take_the_parameter if {
	has := _tls("8443", {"http2_parameter": true})
	quic := _tls("443", {"quic": true, "args": ["443", "quic"]})
	implicit := t.listen(object.union(_plain, {"implicit": true, "args": ["80"]}))
	_edits(_saying("server", [has, quic, _tls("9443", {})])) == {["unsafe", "remove http2", "replace listen listen 9443 ssl http2"]}
	_edits(_saying("server", [implicit, t.listen(_plain)])) == {["unsafe", "remove http2", "replace listen listen 80 http2"]}
	has_plain := t.listen(object.union(_plain, {"address": "81", "args": ["81"], "http2_parameter": true}))
	_edits(_saying("server", [has_plain, t.listen(_plain)])) == {["unsafe", "remove http2", "replace listen listen 80 http2"]}
	_edits(_saying("server", [has])) == {["unsafe", "remove http2"]}
}

_at(place, listen) := t.server([t.pass("/", {})], {
	"directives": t.fields({"http2": object.union(_on("server"), place)}),
	"listens": [listen],
})

_two_places(feature, other) := object.union(t.document([_at(feature, t.listen(_without)), _at(other, _tls("8443", {}))], []), {"features": [object.union(t.line_of(19), object.union({"name": "http2", "count": 1}, feature))]})

_mended_alone := {["unsafe", "remove http2", "replace listen listen 443 ssl http2"]}

test_what_another_file_or_key_says_is_its_own if {
	_edits(_two_places({}, {"file": "other.conf"})) == _mended_alone
	_edits(_two_places({"key": "a.conf"}, {"key": "b.conf"})) == _mended_alone
	_edits(_two_places({"key": "a.conf"}, {})) == _mended_alone
	_edits(_two_places({"file": "other.conf"}, {})) == _mended_alone
}

test_why_there_is_no_edit if {
	t.decisions(needs_newer_nginx.findings) == {"nginx 1.25.1 or later, or a spelling that 1.22.1 has"} with input as _http2 with data.nginx_grpc as {"nginx_version": "1.22.1"}
}

_http3 := object.union(_saying("server", [t.listen(_without)]), {"features": [object.union(t.line_of(19), {"name": "http3", "count": 1})]})

test_other_features_leave_http2_alone if {
	_edits(_http3) == {["manual"]}
}

test_which_directive_it_is if {
	cases := {
		"http2": "http2",
		"listen quic": "listen",
		"keepalive local": "keepalive",
		"upstream keepalive_timeout": "keepalive_timeout",
	}
	every name, directive in cases {
		t.directives(needs_newer_nginx.findings) == {directive} with input as _feature(name) with data.nginx_grpc as {"nginx_version": "1.0.0"}
	}
	t.directives(needs_newer_nginx.findings) == {"grpc_request_buffering"} with input as _unknown("")
}

test_gone if {
	found := needs_newer_nginx.findings with input as _ssl with data.nginx_grpc as {"nginx_version": "1.25.1"}
	t.faults(found) == {"ssl went away with nginx 1.25.1, and this is to run on 1.25.1, which refuses to start"}
	t.is_clean(needs_newer_nginx.findings) with input as _ssl with data.nginx_grpc as {"nginx_version": "1.25.0"}
}

test_each_on_both_sides_of_its_version if {
	versions := {
		"keepalive local": ["1.29.6", "1.29.7"],
		"keepalive 0": ["1.29.6", "1.29.7"],
		"server resolve": ["1.27.2", "1.27.3"],
		"upstream resolver": ["1.27.2", "1.27.3"],
		"keepalive_time": ["1.19.9", "1.19.10"],
		"add_header_inherit": ["1.29.2", "1.29.3"],
		"proxy_http_version 2": ["1.29.3", "1.29.4"],
		"proxy_pass_trailers": ["1.27.1", "1.27.2"],
		"listen quic": ["1.24.0", "1.25.0"],
		"grpc_pass variable": ["1.17.7", "1.17.8"],
		"sticky": ["1.29.5", "1.29.6"],
		"add_trailer_inherit": ["1.29.2", "1.29.3"],
		"early_hints": ["1.28.0", "1.29.0"],
		"grpc_ssl_certificate_cache": ["1.27.3", "1.27.4"],
		"grpc_ssl_conf_command": ["1.19.3", "1.19.4"],
		"http2": ["1.25.0", "1.25.1"],
		"http3": ["1.24.0", "1.25.0"],
		"keepalive_min_timeout": ["1.27.3", "1.27.4"],
		"listen multipath": ["1.29.6", "1.29.7"],
		"max_headers": ["1.29.7", "1.29.8"],
		"quic_bpf": ["1.24.0", "1.25.0"],
		"quic_gso": ["1.24.0", "1.25.0"],
		"quic_retry": ["1.24.0", "1.25.0"],
		"server service": ["1.27.2", "1.27.3"],
		"ssl_certificate_compression": ["1.29.0", "1.29.1"],
		"ssl_conf_command": ["1.19.3", "1.19.4"],
		"ssl_ech_file": ["1.29.3", "1.29.4"],
		"ssl_object_cache_inheritable": ["1.27.3", "1.27.4"],
		"ssl_reject_handshake": ["1.19.3", "1.19.4"],
		"upstream keepalive_requests": ["1.15.2", "1.15.3"],
		"upstream keepalive_timeout": ["1.15.2", "1.15.3"],
	}
	every name, pair in versions {
		_is_refused(name, pair[0])
		not _is_refused(name, pair[1])
	}
}

test_silent_without_a_version if {
	t.is_clean(needs_newer_nginx.findings) with input as _http2
	t.is_clean(needs_newer_nginx.findings) with input as _old with data.nginx_grpc as {"nginx_version": "1.0.0"}
}

_unknown(nearest) := object.union(t.one_location(t.pass("/", {})), {"features": [object.union(t.line_of(19), {
	"name": "grpc_request_buffering",
	"count": 1,
	"nearest": nearest,
})]})

# Whatever the version is.
test_no_such_directive if {
	found := needs_newer_nginx.findings with input as _unknown("grpc_buffer_size")
	t.faults(found) == {"no nginx has a directive grpc_request_buffering: it refuses to start; is it grpc_buffer_size?"}
	t.decisions(found) == {"the directive that was meant"}
	t.levels(found, "evidence") == {"deny"}
	t.places(found) == {19}
	t.faults(needs_newer_nginx.findings) == {"no nginx has a directive grpc_request_buffering: it refuses to start"} with input as _unknown("")
}
