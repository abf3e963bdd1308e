package nginx.grpc.rules.upstream_tls_verify_test

import data.nginx.grpc.rules.upstream_tls_verify
import data.nginx.grpc.testing as t

_to(scheme, settings) := t.one_location(t.pass("/", {
	"target": t.target({"text": "grpcs://greeter", "scheme": scheme, "upstreams": ["greeter"]}),
	"directives": t.fields(settings),
}))

_default := _to("grpcs", {})

_verified := _to("grpcs", {"grpc_ssl_verify": t.flag(true)})

_plaintext := _to("grpc", {})

_variable := _to("grpcs", {"grpc_ssl_verify": t.variable("$v")})

test_not_verified if {
	found := upstream_tls_verify.findings with input as _default
	t.faults(found) == {"calls go to whoever answers at grpcs://greeter: grpc_ssl_verify is off (default)"}
	t.levels(found, "evidence") == {"warn"}
}

test_verified if {
	t.is_clean(upstream_tls_verify.findings) with input as _verified
	t.is_clean(upstream_tls_verify.findings) with input as _plaintext
	t.is_clean(upstream_tls_verify.findings) with input as _to("grpc", {"grpc_ssl_verify": t.variable("$v")})
}

test_unknown if {
	t.reasons(upstream_tls_verify.findings) == {"grpc_ssl_verify $v holds a variable"} with input as _variable
}

test_this_machine if {
	document := t.one_location(t.pass("/", {"target": t.target({
		"scheme": "grpcs",
		"kind": "address",
		"host": "127.0.0.1",
		"port": 443,
	})}))
	t.is_clean(upstream_tls_verify.findings) with input as document
	variable := t.one_location(t.pass("/", {
		"target": t.target({"scheme": "grpcs", "kind": "unix"}),
		"directives": t.fields({"grpc_ssl_verify": t.variable("$v")}),
	}))
	t.is_clean(upstream_tls_verify.findings) with input as variable
}
