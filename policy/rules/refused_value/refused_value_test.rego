package nginx.grpc.rules.refused_value_test

import data.nginx.grpc.rules.refused_value
import data.nginx.grpc.testing as t

_name(name) := concat("", ["nginx.ingress.kubernetes.io/", name])

_refused(name, value, becomes) := t.saying(_name(name), value, "refused", {"becomes": becomes})

_found(name, value, becomes) := found if {
	found := refused_value.findings with input as _refused(name, value, becomes)
}

test_a_timeout_with_a_unit if {
	found := _found("proxy-read-timeout", "5m", "default")
	t.faults(found) == {"nginx.ingress.kubernetes.io/proxy-read-timeout takes seconds without a unit: 5m is refused, and what holds without it stays"}
	t.fixes(found) == {["safe", "set nginx.ingress.kubernetes.io/proxy-read-timeout 300"]}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"warn"}
	{fault.owner.name | some fault in found} == {"api"}
	t.places(found) == {8}
}

test_what_no_edit_can_mean if {
	t.decisions(_found("proxy-read-timeout", "long", "default")) == {"write what it takes, or leave it out"}
	t.decisions(_found("proxy-read-timeout", "0s", "default")) == {"write what it takes, or leave it out"}
	t.decisions(_found("proxy-body-size", "5m!", "default")) == {"write what it takes, or leave it out"}
}

test_the_protocol if {
	found := _found("backend-protocol", "H2C", "default")
	t.faults(found) == {"ingress-nginx does not know nginx.ingress.kubernetes.io/backend-protocol: H2C; it speaks HTTP/1.1 to the server"}
	t.levels(found, "evidence") == {"deny"}
}

test_what_it_costs if {
	every becomes in ["dropped", "denied", "written"] {
		found := _found("upstream-vhost", "a b", becomes)
		{fault.variant | some fault in found} == {becomes}
		t.levels(found, "evidence") == {"deny"}
	}
}

test_others if {
	t.is_clean(refused_value.findings) with input as t.saying("a", "b", "unknown", {})
	t.is_clean(refused_value.findings) with input as t.saying("a", "b", "refused", {"grpc": false, "becomes": "default"})
}
