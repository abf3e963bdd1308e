package nginx.grpc.rules.old_tls_test

import data.nginx.grpc.rules.old_tls
import data.nginx.grpc.testing as t

_server(settings, listen) := t.document(
	[t.server([t.pass("/", {})], {"directives": t.fields(settings), "listens": [t.listen(listen)]})],
	[t.greeter],
)

_old := {"ssl_protocols": t.text("TLSv1 TLSv1.1 TLSv1.2")}

_named := _server(_old, {})

_plaintext := _server(_old, {"ssl": false})

_new := _server({"ssl_protocols": t.text("TLSv1.2 TLSv1.3")}, {})

_ssl := _server({"ssl_protocols": t.text("SSLv2 SSLv3 TLSv1.3")}, {})

_plaintext_variable := _server({"ssl_protocols": t.variable("$p")}, {"ssl": false})

_upstream_plaintext_variable := _upstream("grpc", {"grpc_ssl_protocols": t.variable("$p")})

_default := _server({}, {})

_variable := _server({"ssl_protocols": t.variable("$p")}, {})

_upstream(scheme, settings) := t.one_location(t.pass("/", {
	"target": t.target({"scheme": scheme, "upstreams": ["greeter"]}),
	"directives": t.fields(settings),
}))

_upstream_old := _upstream("grpcs", {"grpc_ssl_protocols": t.text("TLSv1.1")})

_upstream_plaintext := _upstream("grpc", {"grpc_ssl_protocols": t.text("TLSv1.1")})

_upstream_variable := _upstream("grpcs", {"grpc_ssl_protocols": t.variable("$p")})

test_listener if {
	found := old_tls.findings with input as _named
	t.faults(found) == {"ssl_protocols names TLSv1 and TLSv1.1, which no gRPC client needs"}
	t.levels(found, "evidence") == {"warn"}
	t.fixes(found) == {["unsafe", "set ssl_protocols TLSv1.2"]}
	t.fixes(old_tls.findings) == {["unsafe", "set ssl_protocols TLSv1.3"]} with input as _ssl
	t.faults(old_tls.findings) == {"ssl_protocols names SSLv2 and SSLv3, which no gRPC client needs"} with input as _ssl
}

test_upstream if {
	t.faults(old_tls.findings) == {"grpc_ssl_protocols names TLSv1.1, which no gRPC client needs"} with input as _upstream_old
	t.fixes(old_tls.findings) == {["unsafe", "set grpc_ssl_protocols TLSv1.2 TLSv1.3"]} with input as _upstream_old
	t.is_clean(old_tls.findings) with input as _upstream_plaintext
}

test_nothing_old_is_named if {
	t.is_clean(old_tls.findings) with input as _plaintext
	t.is_clean(old_tls.findings) with input as _new
	t.is_clean(old_tls.findings) with input as _default
	t.is_clean(old_tls.findings) with input as _plaintext_variable
	t.is_clean(old_tls.findings) with input as _upstream_plaintext_variable
}

test_unknown if {
	t.reasons(old_tls.findings) == {"ssl_protocols $p holds a variable"} with input as _variable
	t.reasons(old_tls.findings) == {"grpc_ssl_protocols $p holds a variable"} with input as _upstream_variable
}
