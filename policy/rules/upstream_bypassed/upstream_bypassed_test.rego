package nginx.grpc.rules.upstream_bypassed_test

import data.nginx.grpc.rules.upstream_bypassed
import data.nginx.grpc.testing as t

_to(names, more) := t.one_location(t.pass("/", {
	"grpc_pass": "grpc://10.0.0.1:50051",
	"target": t.fields(object.union(
		object.remove(t.to_address("10.0.0.1", 50051), ["fields"]),
		object.union({"bypasses": names}, more),
	)),
}))

test_bypassed if {
	found := upstream_bypassed.findings with input as _to(["greeter"], {})
	t.faults(found) == {"grpc_pass grpc://10.0.0.1:50051 goes past upstream greeter, which names the same server: its pool is not used"}
	t.fixes(found) == {["unsafe", "replace grpc_pass grpc_pass grpc://greeter"]}
	t.levels(found, "evidence") == {"warn"}
	t.fixes(upstream_bypassed.findings) == {["unsafe", "replace grpc_pass grpc_pass grpc://greeter"]} with input as _to(["greeter"], {"scheme": ""})
	t.fixes(upstream_bypassed.findings) == {["unsafe", "replace grpc_pass grpc_pass grpcs://greeter"]} with input as _to(["greeter"], {"scheme": "grpcs"})
}

test_two_upstreams_name_the_server if {
	some message in t.faults(upstream_bypassed.findings) with input as _to(["another", "greeter"], {})
	contains(message, "upstream another and greeter")
	t.decisions(upstream_bypassed.findings) == {"which of another and greeter"} with input as _to(["another", "greeter"], {})
}

test_not_bypassed if {
	t.is_clean(upstream_bypassed.findings) with input as _to([], {})
	t.is_clean(upstream_bypassed.findings) with input as t.one_location(t.pass("/", {}))
}

test_a_variable_that_is_always_one_address if {
	document := _to(["greeter"], {"variables": [{"name": "$b", "origin": "constant"}], "text": "grpc://$b:50051"})
	t.faults(upstream_bypassed.findings) == {"grpc_pass grpc://$b:50051 is always one address, and goes past upstream greeter: its pool is not used"} with input as document
	t.decisions(upstream_bypassed.findings) == {"whether grpc://$b:50051 is to be the name of upstream greeter, without a port"} with input as document
}
