package nginx.grpc.rules.protocol_case_test

import data.nginx.grpc.rules.protocol_case
import data.nginx.grpc.testing as t

_name := "nginx.ingress.kubernetes.io/backend-protocol"

test_lower_case if {
	found := protocol_case.findings with input as t.saying(_name, "grpcs", "lower_case", {})
	t.faults(found) == {"nginx.ingress.kubernetes.io/backend-protocol: grpcs is gRPC by half: no header is set, the authority is upstream_balancer, and no timeout of the Ingress holds"}
	t.fixes(found) == {["safe", "set nginx.ingress.kubernetes.io/backend-protocol GRPCS"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"warn"}
}

test_others if {
	t.is_clean(protocol_case.findings) with input as t.saying(_name, "x", "refused", {})
}
