package nginx.grpc.rules.intercept_errors_test

import data.nginx.grpc.rules.intercept_errors
import data.nginx.grpc.testing as t

_default := t.one_location(t.pass_with({}))

_off := t.one_location(t.pass_with({"grpc_intercept_errors": t.flag(false)}))

_on := t.one_location(t.pass_with({"grpc_intercept_errors": t.flag(true)}))

_variable := t.one_location(t.pass_with({"grpc_intercept_errors": t.variable("$i")}))

test_off if {
	found := intercept_errors.findings with input as _default
	t.faults(found) == {"grpc_intercept_errors is off (default): an HTTP error of a proxy behind nginx reaches the client as it is, not as a gRPC status"}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"off"}
	t.places(intercept_errors.findings) == {12} with input as _off
}

test_on if {
	t.is_clean(intercept_errors.findings) with input as _on
}

test_unknown if {
	t.reasons(intercept_errors.findings) == {"grpc_intercept_errors $i holds a variable"} with input as _variable
}

test_a_part if {
	found := intercept_errors.findings with input as t.part(t.one_location(t.behind_gap(t.pass_with({}))), "http")
	some message in t.faults(found)
	contains(message, "is off (default; http{} is not seen)")
	t.faults(intercept_errors.findings) == set() with input as t.part(t.one_location(t.behind_gap(t.pass_with({}))), "server")
}
