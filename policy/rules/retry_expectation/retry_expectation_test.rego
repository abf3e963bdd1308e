package nginx.grpc.rules.retry_expectation_test

import data.nginx.grpc.rules.retry_expectation
import data.nginx.grpc.testing as t

_conditions(text) := t.one_location(t.pass_with({"grpc_next_upstream": t.text(text)}))

_default := t.one_location(t.pass_with({}))

_useful := _conditions("error timeout")

_useless := _conditions("error timeout invalid_header http_503 non_idempotent")

_variable := t.one_location(t.pass_with({"grpc_next_upstream": t.variable("$c")}))

test_useless if {
	found := retry_expectation.findings with input as _useless
	t.faults(found) == {"grpc_next_upstream never repeats a gRPC call for invalid_header, http_503, non_idempotent, and behind auth_request non_idempotent makes calls hang"}
	t.levels(found, "evidence") == {"warn"}
	t.places(found) == {12}
}

test_useless_and_harmless if {
	t.faults(retry_expectation.findings) == {"grpc_next_upstream never repeats a gRPC call for http_502"} with input as _conditions("error timeout http_502")
}

test_what_is_left if {
	t.fixes(retry_expectation.findings) == {["safe", "set grpc_next_upstream error timeout"]} with input as _conditions("http_502")
	t.fixes(retry_expectation.findings) == {["safe", "set grpc_next_upstream error"]} with input as _conditions("error http_502")
}

test_useful if {
	t.is_clean(retry_expectation.findings) with input as _default
	t.is_clean(retry_expectation.findings) with input as _useful
}

test_unknown if {
	t.reasons(retry_expectation.findings) == {"grpc_next_upstream $c holds a variable"} with input as _variable
}
