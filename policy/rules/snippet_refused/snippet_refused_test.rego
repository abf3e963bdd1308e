package nginx.grpc.rules.snippet_refused_test

import data.nginx.grpc.rules.snippet_refused
import data.nginx.grpc.testing as t

_name := "nginx.ingress.kubernetes.io/configuration-snippet"

test_dropped if {
	found := snippet_refused.findings with input as t.saying(_name, "a b;", "forbidden", {"becomes": "dropped"})
	{fault.variant | some fault in found} == {"dropped"}
	t.levels(found, "evidence") == {"deny"}
	count(t.decisions(found)) == 1
}

test_the_snippet_alone if {
	found := snippet_refused.findings with input as t.saying(_name, "a b;", "forbidden", {})
	t.faults(found) == {"nginx.ingress.kubernetes.io/configuration-snippet is let nobody say by the ConfigMap of ingress-nginx: it does nothing"}
}

test_no_config_map if {
	found := snippet_refused.findings with input as t.saying(_name, "a b;", "undecided", {})
	t.reasons(found) == {"whether ingress-nginx lets nginx.ingress.kubernetes.io/configuration-snippet pass is in its ConfigMap, which was not given"}
	t.hints(found) == {"give the ConfigMap of ingress-nginx (--controller-configmap)"}
}

test_others if {
	t.is_clean(snippet_refused.findings) with input as t.saying(_name, "x", "undecided", {"grpc": false})
	t.is_clean(snippet_refused.findings) with input as t.saying(_name, "x", "forbidden", {"grpc": false})
}
