package nginx.grpc.rules.upstream_bypassed_test

import data.nginx.grpc.rules.upstream_bypassed
import data.nginx.grpc.testing as t

_to(target) := t.one_location(t.pass("/", {"grpc_pass": target.text, "target": target}))

_same := _to(t.to_address("10.0.0.1", 50051))

_bare := _to(t.fields(object.union(object.remove(t.to_address("10.0.0.1", 50051), ["fields"]), {
	"text": "10.0.0.1:50051",
	"scheme": "",
})))

_other_port := _to(t.to_address("10.0.0.1", 50052))

_upstream := t.one_location(t.pass("/", {}))

_constant := _to(t.fields(object.union(object.remove(t.to_address("10.0.0.1", 50051), ["fields"]), {"variables": [{
	"name": "$a",
	"origin": "constant",
}]})))

_two := object.union(_same, {"upstreams": [t.greeter, t.upstream("another", {}, [t.peer("10.0.0.1:50051", {})])]})

test_bypassed if {
	found := upstream_bypassed.findings with input as _same
	t.faults(found) == {"grpc_pass grpc://10.0.0.1:50051 goes past upstream greeter, which names the same server: its pool is not used"}
	t.fixes(found) == {["unsafe", "replace grpc_pass grpc_pass grpc://greeter"]}
	t.levels(found, "evidence") == {"warn"}
	t.fixes(upstream_bypassed.findings) == {["unsafe", "replace grpc_pass grpc_pass grpc://greeter"]} with input as _bare
	t.fixes(upstream_bypassed.findings) == {["unsafe", "replace grpc_pass grpc_pass grpcs://greeter"]} with input as _tls
}

test_two_upstreams_name_the_server if {
	some message in t.faults(upstream_bypassed.findings) with input as _two
	contains(message, "upstream another and greeter")
	t.decisions(upstream_bypassed.findings) == {"which of another and greeter"} with input as _two
}

_other_host := _to(t.to_address("10.0.0.9", 50051))

_tls := _to(t.fields(object.union(object.remove(t.to_address("10.0.0.1", 50051), ["fields"]), {"scheme": "grpcs"})))

# Sockets of files have neither host nor port, and so look alike.
_unix := t.document(
	[t.server([t.pass("/", {"target": t.target({"text": "grpc://unix:/run/a.sock", "kind": "unix"})})], {})],
	[t.upstream("greeter", {}, [t.peer("10.0.0.9:1", {"address": "unix:/run/b.sock", "host": "", "port": 0})])],
)

_each_its_own := t.document(
	[t.server(
		[
			t.pass("/a", {"target": t.to_address("10.0.0.1", 50051)}),
			t.pass("/b", {"target": t.to_address("10.0.1.1", 50051)}),
		],
		{},
	)],
	[t.greeter, t.upstream("another", {}, [t.peer("10.0.1.1:50051", {})])],
)

test_each_goes_past_its_own if {
	t.faults(upstream_bypassed.findings) == {
		"grpc_pass grpc://10.0.0.1:50051 goes past upstream greeter, which names the same server: its pool is not used",
		"grpc_pass grpc://10.0.1.1:50051 goes past upstream another, which names the same server: its pool is not used",
	} with input as _each_its_own
}

test_not_bypassed if {
	t.is_clean(upstream_bypassed.findings) with input as _other_host
	t.is_clean(upstream_bypassed.findings) with input as _unix

	t.is_clean(upstream_bypassed.findings) with input as _other_port
	t.is_clean(upstream_bypassed.findings) with input as _upstream
	t.is_clean(upstream_bypassed.findings) with input as _constant
}
