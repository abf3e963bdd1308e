package nginx.grpc.rules.connect_timeout_test

import data.nginx.grpc.rules.connect_timeout
import data.nginx.grpc.testing as t

_served_by(peers, settings) := t.document(
	[t.server([t.pass_with(settings)], {})],
	[t.upstream("greeter", {}, peers)],
)

_one := [t.peer("10.0.0.1:50051", {})]

_two := [t.peer("10.0.0.1:50051", {}), t.peer("10.0.0.2:50051", {})]

_said(text, ms) := {"grpc_connect_timeout": t.time(text, ms)}

_default_two := _served_by(_two, {})

_default_one := _served_by(_one, {})

_long_one := _served_by(_one, _said("16s", 16000))

_enough := _served_by(_two, _said("15s", 15000))

_variable := _served_by(_two, {"grpc_connect_timeout": t.variable("$t")})

test_default_with_a_second_server if {
	found := connect_timeout.findings with input as _default_two
	t.faults(found) == {"a call that meets a lost server waits for 60s (default) before anything else is tried"}
	t.levels(found, "evidence") == {"warn"}
	t.is_clean(connect_timeout.findings) with input as _default_one
}

test_said if {
	t.places(connect_timeout.findings) == {12} with input as _long_one
	t.is_clean(connect_timeout.findings) with input as _enough
	count(connect_timeout.findings) == 1 with input as _served_by(_one, _said("15001ms", 15001))
}

test_unknown if {
	t.reasons(connect_timeout.findings) == {"grpc_connect_timeout $t holds a variable"} with input as _variable
}
