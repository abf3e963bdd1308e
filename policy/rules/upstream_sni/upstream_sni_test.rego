package nginx.grpc.rules.upstream_sni_test

import data.nginx.grpc.rules.upstream_sni
import data.nginx.grpc.testing as t

_to(target, settings) := t.pass("/", {"grpc_pass": "x", "target": target, "directives": t.fields(settings)})

_address(more) := t.target(object.union(
	{"text": "grpcs://greeter.example:443", "scheme": "grpcs", "kind": "address", "host": "greeter.example", "port": 443},
	more,
))

_name := t.one_location(_to(_address({"host_is_name": true}), {}))

_name_beside_an_upstream := object.union(_name, {"upstreams": [
	t.upstream("greeter", {}, [t.peer("greeter.example:443", {"host_is_name": true})]),
]})

_said := t.one_location(_to(_address({"host_is_name": true}), {"grpc_ssl_server_name": t.flag(true)}))

_ip := t.one_location(_to(_address({"host": "10.0.0.1"}), {}))

_plaintext := t.one_location(_to(_address({"host_is_name": true, "scheme": "grpc"}), {}))

_variable := t.one_location(_to(_address({"host_is_name": true}), {"grpc_ssl_server_name": t.variable("$s")}))

_dynamic := t.one_location(_to(
	t.target({"text": "grpcs://$b", "scheme": "grpcs", "kind": "variable", "host_is_name": true}),
	{},
))

_upstream(name, peer_) := _upstream_with(name, peer_, {})

_upstream_with(name, peer_, settings) := t.document(
	[t.server([_to(t.target({"scheme": "grpcs", "upstreams": [name]}), settings)], {})],
	[t.upstream(name, {}, [peer_])],
)

_plaintext_domain := t.document(
	[t.server([_to(t.to_upstream("greeter.example.com"), {})], {})],
	[t.upstream("greeter.example.com", {}, [t.peer("10.0.0.1:50051", {})])],
)

_label := _upstream("greeter", t.peer("10.0.0.1:443", {}))

_domain := _upstream("greeter.example.com", t.peer("10.0.0.1:443", {}))

_named_server := _upstream("greeter", t.peer("greeter.example:443", {"host_is_name": true}))

_name_given := _upstream_with(
	"greeter",
	t.peer("greeter.example:443", {"host_is_name": true}),
	{"grpc_ssl_name": t.text("greeter.example")},
)

test_name if {
	found := upstream_sni.findings with input as _name
	t.faults(found) == {"nginx does not say greeter.example in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"}
	t.levels(found, "evidence") == {"warn"}
	t.fixes(upstream_sni.findings) == {["safe", "set grpc_ssl_server_name on"]} with input as _name_beside_an_upstream
	some message in t.faults(upstream_sni.findings) with input as _dynamic
	startswith(message, "nginx does not say grpcs://$b in")
}

test_upstream if {
	found := upstream_sni.findings with input as _named_server
	t.faults(found) == {"nginx does not say greeter.example in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"}
	t.fixes(found) == {["unsafe", "set grpc_ssl_server_name on", "set grpc_ssl_name greeter.example"]}
	t.fixes(upstream_sni.findings) == {["safe", "set grpc_ssl_server_name on"]} with input as _name_given
	same := _upstream("greeter.example", t.peer("greeter.example:443", {"host_is_name": true}))
	t.fixes(upstream_sni.findings) == {["safe", "set grpc_ssl_server_name on"]} with input as same
	t.is_clean(upstream_sni.findings) with input as _label
}

_two_names := object.union(_named_server, {"upstreams": [t.upstream("greeter", {}, [
	t.peer("one.example:443", {"host_is_name": true}),
	t.peer("two.example:443", {"host_is_name": true}),
])]})

# One name is said to all servers, and the block's own may be one that nobody has a certificate for.
test_a_name_to_decide if {
	found := upstream_sni.findings with input as _two_names
	some message in t.faults(found)
	startswith(message, "nginx does not say one.example or two.example in the TLS handshake")
	t.decisions(found) == {"which name all these servers have a certificate for: grpc_ssl_server_name on; with grpc_ssl_name and that name"}
	t.decisions(upstream_sni.findings) == {"whether greeter.example.com is a name in the certificate: grpc_ssl_server_name on; and else grpc_ssl_name with the one that is"} with input as _domain
	made_up := _upstream("greeter.internal", t.peer("greeter.example:443", {"host_is_name": true}))
	t.fixes(upstream_sni.findings) == {["unsafe", "set grpc_ssl_server_name on", "set grpc_ssl_name greeter.example"]} with input as made_up
}

test_a_name_in_a_variable_is_said if {
	document := _upstream_with(
		"greeter",
		t.peer("greeter.example:443", {"host_is_name": true}),
		{"grpc_ssl_name": t.variable("$name")},
	)
	t.fixes(upstream_sni.findings) == {["safe", "set grpc_ssl_server_name on"]} with input as document
}

test_no_name_to_say if {
	t.is_clean(upstream_sni.findings) with input as _said
	t.is_clean(upstream_sni.findings) with input as _ip
	t.is_clean(upstream_sni.findings) with input as _plaintext
	t.is_clean(upstream_sni.findings) with input as _plaintext_domain
	t.is_clean(upstream_sni.findings) with input as _upstream("my_greeter.example", t.peer("10.0.0.1:443", {}))
	t.is_clean(upstream_sni.findings) with input as _upstream("greeter.example_old", t.peer("10.0.0.1:443", {}))
	t.is_clean(upstream_sni.findings) with input as t.one_location(_to(_address({"host": "10.0.0.1"}), {"grpc_ssl_server_name": t.variable("$s")}))
}

test_unknown if {
	t.reasons(upstream_sni.findings) == {"grpc_ssl_server_name $s holds a variable"} with input as _variable
}
