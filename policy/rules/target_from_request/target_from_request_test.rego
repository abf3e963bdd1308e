package nginx.grpc.rules.target_from_request_test

import data.nginx.grpc.rules.target_from_request
import data.nginx.grpc.testing as t

_to(choice, variables) := t.one_location(t.pass("/", {
	"grpc_pass": "grpc://$http_x_backend",
	"target": t.target({
		"text": "grpc://$http_x_backend",
		"kind": "variable",
		"client_chooses": choice,
		"variables": variables,
	}),
}))

_header := {"name": "$http_x_backend", "origin": "request"}

_fixed := {"name": "$domain", "origin": "constant"}

_whole := _to("whole", [_header])

_part := _to("part", [_header, _fixed])

_no := _to("no", [_fixed])

_unknown := _to("unknown", [{"name": "$b", "origin": "unknown"}])

test_whole if {
	found := target_from_request.findings with input as _whole
	t.faults(found) == {"grpc_pass grpc://$http_x_backend goes wherever the client says, in $http_x_backend"}
	t.decisions(found) == {"which upstreams clients may name: a map from $http_x_backend to them"}
	t.levels(found, "evidence") == {"deny"}
}

test_part_is_a_warning if {
	found := target_from_request.findings with input as _part
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
	some message in t.faults(found)
	not contains(message, "$domain")
	two := target_from_request.findings with input as _to("whole", [_header, {"name": "$arg_port", "origin": "request"}])
	t.faults(two) == {"grpc_pass grpc://$http_x_backend goes wherever the client says, in $http_x_backend, $arg_port"}
	t.remedies(two) == t.remedies(target_from_request.findings) with input as _whole
}

test_no_choice if {
	t.is_clean(target_from_request.findings) with input as _no
}

test_unknown if {
	t.reasons(target_from_request.findings) == {"whether the client chooses the host of grpc://$http_x_backend is not seen"} with input as _unknown
	t.hints(target_from_request.findings) == {"a map of constants for the target"} with input as _unknown
}

test_port if {
	found := target_from_request.findings with input as _to("port", [_header])
	t.faults(found) == {"grpc_pass grpc://$http_x_backend goes to whatever port the client says, in $http_x_backend"}
	t.levels(found, "checklist") == {"warn"}
	t.is_weak(found)
}
