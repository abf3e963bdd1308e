package nginx.grpc.rules.grpc_pass_scheme_test

import data.nginx.grpc.rules.grpc_pass_scheme
import data.nginx.grpc.testing as t

_bare := t.one_location(t.pass("/", {
	"grpc_pass": "greeter",
	"target": t.target({"text": "greeter", "scheme": "", "upstreams": ["greeter"]}),
}))

_dialect := t.one_location(t.pass("/", {"target": t.target({
	"text": "greeter",
	"options": "override",
	"scheme": "",
	"upstreams": ["greeter"],
})}))

test_what_stands_behind_it_stays if {
	t.fixes(grpc_pass_scheme.findings) == {["safe", "replace grpc_pass grpc_pass grpc://greeter"]} with input as _bare
	t.fixes(grpc_pass_scheme.findings) == {["safe", "replace grpc_pass grpc_pass grpc://greeter override"]} with input as _dialect
}

_said := t.one_location(t.pass("/", {}))

_no_target := t.one_location(t.pass("/", {
	"grpc_pass": "",
	"target": t.target({"text": "", "scheme": "", "kind": "undefined"}),
}))

_variable := t.one_location(t.pass("/", {"grpc_pass": "$backend", "target": t.to_variable("$backend", "unknown", {})}))

# An `if` that inherits grpc_pass says nothing of its own.
_inherited := t.locations([
	t.pass("/", {}),
	t.pass("if", {
		"parent": "/",
		"modifier": "if",
		"own_handler": false,
		"target": t.target({"text": "greeter", "scheme": "", "upstreams": ["greeter"]}),
	}),
])

test_no_scheme if {
	found := grpc_pass_scheme.findings with input as _bare
	t.faults(found) == {"grpc_pass greeter says no scheme, so calls go out in plaintext without a word about it"}
	t.levels(found, "checklist") == {"warn"}
	t.levels(found, "evidence") == {"off"}
}

test_scheme_said if {
	t.is_clean(grpc_pass_scheme.findings) with input as _said
	t.is_clean(grpc_pass_scheme.findings) with input as _inherited
	t.is_clean(grpc_pass_scheme.findings) with input as _no_target
}

test_scheme_not_seen if {
	found := grpc_pass_scheme.findings with input as _variable
	t.reasons(found) == {"grpc_pass $backend may hold a scheme"}
	t.hints(found) == {"grpc_pass grpc://$variable, so that the scheme stands there"}
	t.faults(found) == set()
}
