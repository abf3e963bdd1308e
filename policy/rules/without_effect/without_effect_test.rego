package nginx.grpc.rules.without_effect_test

import data.nginx.grpc.rules.without_effect
import data.nginx.grpc.testing as t

_said(name) := t.saying(name, "x", "no_effect", {})

_own(name) := concat("", ["nginx.ingress.kubernetes.io/", name])

test_what_a_snippet_says if {
	found := without_effect.findings with input as _said(_own("proxy-next-upstream"))
	t.faults(found) == {"nginx.ingress.kubernetes.io/proxy-next-upstream has no effect on gRPC: nginx reads what is written for it beside proxy_pass alone"}
	t.decisions(found) == {"in a configuration-snippet grpc_next_upstream says it for gRPC; else take it out"}
	t.levels(found, "checklist") == {"warn"}
}

test_what_else_does if {
	t.decisions(without_effect.findings) == {"grpc-buffer-size-kb of the ConfigMap is gRPC's buffer; take it out"} with input as _said(_own("proxy-buffer-size"))
	t.decisions(without_effect.findings) == {"nothing like it is needed for gRPC: take it out"} with input as _said(_own("proxy-cookie-path"))
}

test_another_controller_s if {
	found := without_effect.findings with input as _said("nginx.org/grpc-services")
	t.faults(found) == {"nginx.org/grpc-services is read by NGINX Ingress Controller alone: ingress-nginx does nothing for it"}
}

test_others if {
	t.is_clean(without_effect.findings) with input as t.saying("a", "x", "unknown", {})
	t.is_clean(without_effect.findings) with input as t.saying("a", "x", "no_effect", {"grpc": false})
}
