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

test_what_grpc_reads_instead if {
	cases := {
		"disable-proxy-intercept-errors": "grpc_intercept_errors",
		"proxy-next-upstream-timeout": "grpc_next_upstream_timeout",
		"proxy-next-upstream-tries": "grpc_next_upstream_tries",
		"proxy-ssl-ciphers": "grpc_ssl_ciphers",
		"proxy-ssl-name": "grpc_ssl_name",
		"proxy-ssl-protocols": "grpc_ssl_protocols",
		"proxy-ssl-secret": "grpc_ssl_trusted_certificate, grpc_ssl_certificate and grpc_ssl_certificate_key",
		"proxy-ssl-server-name": "grpc_ssl_server_name",
		"proxy-ssl-verify": "grpc_ssl_verify",
		"proxy-ssl-verify-depth": "grpc_ssl_verify_depth",
	}
	every name, lines in cases {
		said := concat("", ["in a configuration-snippet ", lines, " says it for gRPC; else take it out"])
		t.decisions(without_effect.findings) == {said} with input as _said(_own(name))
	}
}

test_whose_annotation_it_is if {
	found := without_effect.findings with input as _said(_own("proxy-ssl-name"))
	{finding.owner | some finding in found} == {{"kind": "Ingress", "namespace": "shop", "name": "api"}}
}

test_what_else_does if {
	every name in ["proxy-buffering", "proxy-buffers-number", "proxy-busy-buffers-size"] {
		t.decisions(without_effect.findings) == {"grpc-buffer-size-kb of the ConfigMap is gRPC's buffer; take it out"} with input as _said(_own(name))
	}
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
