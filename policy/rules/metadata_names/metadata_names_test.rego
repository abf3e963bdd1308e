package nginx.grpc.rules.metadata_names_test

import data.nginx.grpc.rules.metadata_names
import data.nginx.grpc.testing as t

_server(settings) := t.document([t.server([t.pass("/", {})], {"directives": t.fields(settings)})], [t.greeter])

_default := _server({})

_underscores := _server({"underscores_in_headers": t.flag(true)})

_invalid := _server({"ignore_invalid_headers": t.flag(false)})

_variable := _server({"underscores_in_headers": t.variable("$u")})

_ignore_variable := _server({"ignore_invalid_headers": t.variable("$i")})

# A location that carries no gRPC does not bring its upstream's keys to the server.
_another_upstream := t.document(
	[t.server([t.pass("/", {}), t.location("/other", {"target": t.to_upstream("other")})], {})],
	[t.greeter, t.upstream("other", {}, [t.peer("10.0.0.3:50051", {})])],
)

_http := t.one_location(t.location("/", {}))

_keys(keys) := {"grpc": {"default": {"metadata": keys}}}

test_dropped if {
	found := metadata_names.findings with input as _default with data.nginx_grpc as _keys(["tenant_id", "tenant-id", "a.b"])
	t.faults(found) == {"metadata a.b, tenant_id never reaches the gRPC server: nginx drops names with an underscore or a dot"}
	t.fixes(found) == {["unsafe", "set ignore_invalid_headers off"]}
	t.levels(found, "evidence") == {"warn"}
	{fault.server | some fault in found} == {"api.example"}
}

test_underscore if {
	t.fixes(metadata_names.findings) == {["unsafe", "set underscores_in_headers on"]} with input as _default with data.nginx_grpc as _keys(["tenant_id"])
	t.is_clean(metadata_names.findings) with input as _underscores with data.nginx_grpc as _keys(["tenant_id"])
	t.faults(metadata_names.findings) == {"metadata a.b never reaches the gRPC server: nginx drops names with an underscore or a dot"} with input as _underscores with data.nginx_grpc as _keys(["tenant_id", "a.b"])
}

test_invalid_names_pass if {
	t.is_clean(metadata_names.findings) with input as _invalid with data.nginx_grpc as _keys(["tenant_id", "a.b"])
}

test_keys_of_an_upstream if {
	count(metadata_names.findings) == 1 with input as _default
		with data.nginx_grpc as {"grpc": {"upstreams": {"greeter": {"metadata": ["tenant_id"]}}}}
	t.is_clean(metadata_names.findings) with input as _default
		with data.nginx_grpc as {"grpc": {"upstreams": {"other": {"metadata": ["tenant_id"]}}}}
	t.is_clean(metadata_names.findings) with input as _another_upstream
		with data.nginx_grpc as {"grpc": {"upstreams": {"other": {"metadata": ["tenant_id"]}}}}
}

test_nothing_dropped if {
	t.is_clean(metadata_names.findings) with input as _default with data.nginx_grpc as _keys(["tenant-id", "trace-bin"])
	t.is_clean(metadata_names.findings) with input as _default
	t.is_clean(metadata_names.findings) with input as _http with data.nginx_grpc as _keys(["tenant_id"])
}

test_unknown if {
	t.reasons(metadata_names.findings) == {"underscores_in_headers $u holds a variable"} with input as _variable with data.nginx_grpc as _keys(["tenant_id"])
	t.reasons(metadata_names.findings) == {"ignore_invalid_headers $i holds a variable"} with input as _ignore_variable with data.nginx_grpc as _keys(["a.b"])
	t.is_clean(metadata_names.findings) with input as _variable with data.nginx_grpc as _keys(["tenant-id"])
}
