package nginx.grpc.rules.upstream_sni_test

import data.nginx.grpc.rules.upstream_sni
import data.nginx.grpc.testing as t

_to(target, settings) := t.pass("/", {"grpc_pass": "x", "target": target, "settings": t.fields(settings)})

_address(more) := t.target(object.union(
	{"text": "grpcs://greeter.example:443", "scheme": "grpcs", "kind": "address", "host": "greeter.example", "port": 443},
	more,
))

_name := t.one_location(_to(_address({"host_is_name": true}), {}))

_said := t.one_location(_to(_address({"host_is_name": true}), {"grpc_ssl_server_name": t.flag(true)}))

_ip := t.one_location(_to(_address({"host": "10.0.0.1"}), {}))

_plaintext := t.one_location(_to(_address({"host_is_name": true, "scheme": "grpc"}), {}))

_variable := t.one_location(_to(_address({"host_is_name": true}), {"grpc_ssl_server_name": t.variable("$s")}))

_dynamic := t.one_location(_to(
	t.target({"text": "grpcs://$b", "scheme": "grpcs", "kind": "variable", "host_is_name": true}),
	{},
))

_upstream(name, peer_) := t.document(
	[t.server([_to(t.target({"scheme": "grpcs", "upstreams": [name]}), {})], {})],
	[t.upstream(name, {}, [peer_])],
)

_label := _upstream("greeter", t.peer("10.0.0.1:443", {}))

_domain := _upstream("greeter.example.com", t.peer("10.0.0.1:443", {}))

_named_server := _upstream("greeter", t.peer("greeter.example:443", {"host_is_name": true}))

test_name if {
	found := upstream_sni.findings with input as _name
	t.faults(found) == {"nginx does not say greeter.example in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"}
	t.levels(found, "evidence") == {"warn"}
	count(upstream_sni.findings) == 1 with input as _dynamic
}

test_upstream if {
	count(upstream_sni.findings) == 1 with input as _domain
	count(upstream_sni.findings) == 1 with input as _named_server
	t.is_clean(upstream_sni.findings) with input as _label
}

test_no_name_to_say if {
	t.is_clean(upstream_sni.findings) with input as _said
	t.is_clean(upstream_sni.findings) with input as _ip
	t.is_clean(upstream_sni.findings) with input as _plaintext
}

test_unknown if {
	t.reasons(upstream_sni.findings) == {"grpc_ssl_server_name $s holds a variable"} with input as _variable
}
