package nginx.grpc.rules.unknown_name_test

import data.nginx.grpc.rules.unknown_name
import data.nginx.grpc.testing as t

_unknown(nearest, more) := t.saying("nginx.ingress.kubernetes.io/grpc-read-timeout", "600", "unknown", object.union({"nearest": nearest}, more))

_near := "nginx.ingress.kubernetes.io/proxy-read-timeout"

test_a_name_like_it if {
	found := unknown_name.findings with input as _unknown(_near, {})
	t.faults(found) == {"ingress-nginx knows no nginx.ingress.kubernetes.io/grpc-read-timeout: it does nothing; nginx.ingress.kubernetes.io/proxy-read-timeout is meant, perhaps"}
	t.fixes(found) == {["unsafe", "rename nginx.ingress.kubernetes.io/grpc-read-timeout nginx.ingress.kubernetes.io/proxy-read-timeout"]}
	t.levels(found, "evidence") == {"warn"}
}

test_no_name_like_it if {
	found := unknown_name.findings with input as _unknown("", {})
	t.decisions(found) == {"see what it was meant to do, or take it out"}
	t.faults(found) == {"ingress-nginx knows no nginx.ingress.kubernetes.io/grpc-read-timeout: it does nothing"}
}

test_the_protocol if {
	found := unknown_name.findings with input as _unknown("nginx.ingress.kubernetes.io/backend-protocol", {"value": "GRPC"})
	t.levels(found, "evidence") == {"deny"}
	t.fixes(found) == {["unsafe", "rename nginx.ingress.kubernetes.io/grpc-read-timeout nginx.ingress.kubernetes.io/backend-protocol"]}
}

test_a_switch if {
	found := unknown_name.findings with input as _unknown("nginx.ingress.kubernetes.io/backend-protocol", {"value": "true"})
	t.levels(found, "evidence") == {"deny"}
	t.decisions(found) == {`nginx.ingress.kubernetes.io/backend-protocol: "GRPC" (GRPCS where the server speaks TLS) in its place`}
}

test_others if {
	t.is_clean(unknown_name.findings) with input as _unknown(_near, {"grpc": false})
	t.is_clean(unknown_name.findings) with input as _unknown(_near, {"state": "refused"})
}
