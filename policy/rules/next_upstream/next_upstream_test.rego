package nginx.grpc.rules.next_upstream_test

import data.nginx.grpc.rules.next_upstream
import data.nginx.grpc.testing as t

_conditions(text) := t.one_location(t.pass_with({"grpc_next_upstream": t.text(text)}))

_default := t.one_location(t.pass_with({}))

_both := _conditions("error timeout http_503")

_off := _conditions("off")

_off_among_others := _conditions("error timeout off")

_no_timeout := _conditions("error")

_variable := t.one_location(t.pass_with({"grpc_next_upstream": t.variable("$c")}))

_alone := t.document(
	[t.server([t.pass_with({"grpc_next_upstream": t.text("off")})], {})],
	[t.upstream("greeter", {}, [t.peer("10.0.0.1:50051", {})])],
)

test_off if {
	found := next_upstream.findings with input as _off
	t.faults(found) == {"a call whose server is dead fails instead of going to the next one: grpc_next_upstream is off, without error and timeout"}
	t.places(found) == {12}
	t.levels(found, "evidence") == {"deny"}
	count(t.faults(next_upstream.findings)) == 1 with input as _off_among_others
	t.remedies(found) == {"grpc_next_upstream error timeout;"}
}

test_half if {
	t.faults(next_upstream.findings) == {"a call whose server is dead fails instead of going to the next one: grpc_next_upstream is error, without timeout"} with input as _no_timeout
}

test_default_and_more if {
	t.is_clean(next_upstream.findings) with input as _default
	t.is_clean(next_upstream.findings) with input as _both
}

test_one_server_is_no_evidence if {
	found := next_upstream.findings with input as _alone
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"off"}
}

test_default_to_be_written if {
	found := next_upstream.findings with input as _default with data.nginx_grpc as {"explicit": "required"}
	t.faults(found) == {"a call goes to the next server only by nginx's default, error timeout (default); settings ask for it in writing"}
	t.is_weak(found)
	t.is_clean(next_upstream.findings) with input as _both with data.nginx_grpc as {"explicit": "required"}
}

test_unknown if {
	t.reasons(next_upstream.findings) == {"grpc_next_upstream $c holds a variable"} with input as _variable
}
