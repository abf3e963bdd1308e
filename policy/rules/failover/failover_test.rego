package nginx.grpc.rules.failover_test

import data.nginx.grpc.rules.failover
import data.nginx.grpc.testing as t

_tries(n) := {"grpc_next_upstream_tries": t.number(format_int(n, 10), n)}

_default := t.one_location(t.pass_with({}))

_one := t.one_location(t.pass_with(_tries(1)))

_two := t.one_location(t.pass_with(_tries(2)))

_variable_tries := {"grpc_next_upstream_tries": t.variable("$n")}

_variable := t.one_location(t.pass_with(_variable_tries))

_greeter(more) := t.upstream_with("greeter", {}, [t.peer("10.0.0.1:50051", {})], more)

_served_by(upstream, settings) := t.document([t.server([t.pass_with(settings)], {})], [upstream])

_alone := _served_by(_greeter({}), {})

_alone_one := _served_by(_greeter({}), _tries(1))

_checked := _served_by(_greeter({"active_check": true}), _tries(1))

_elsewhere := _served_by(_greeter({"servers_known": false}), {})

_check := object.union(t.at(16), {"type": "grpc"})

_health_check_elsewhere := t.document(
	[t.server(
		[
			t.pass_with(_tries(1)),
			t.location("/health", {
				"internal": true,
				"handler": "proxy_pass",
				"proxy_target": t.to_upstream("greeter"),
				"health_check": _check,
			}),
		],
		{},
	)],
	[_greeter({"active_check": true})],
)

_checked_here := t.document([t.server([t.pass("/", {"health_check": _check})], {})], [_greeter({"active_check": true})])

_checked_and_elsewhere := _served_by(_greeter({"active_check": true, "servers_known": false}), {})

_another_checked := t.document(
	[t.server([t.pass_with(_tries(1))], {})],
	[t.greeter, t.upstream_with("another", {}, [], {"active_check": true})],
)

_two_checked := t.document(
	[t.server([t.pass_with({})], {})],
	[t.upstream_with("greeter", {}, t.greeter.servers, {"active_check": true})],
)

_address := t.one_location(t.pass("/", {"grpc_pass": "10.0.0.1:50051", "target": t.to_address("10.0.0.1", 50051)}))

_address_checked := t.one_location(t.pass("/", {
	"grpc_pass": "10.0.0.1:50051",
	"target": t.to_address("10.0.0.1", 50051),
	"health_check": _check,
	"directives": t.fields(_tries(1)),
}))

_unseen_checked := t.one_location(t.pass("/", {
	"grpc_pass": "grpc://elsewhere",
	"target": t.target({"text": "grpc://elsewhere", "kind": "undefined"}),
	"health_check": _check,
}))

_by_variable := t.one_location(t.pass("/", {"grpc_pass": "$b", "target": t.to_variable("$b", "unknown", {})}))

test_one_try if {
	found := failover.findings with input as _one
	t.faults(failover.findings) == t.faults(found) with input as _another_checked
	t.faults(found) == {"a call is tried once: grpc_next_upstream_tries 1, and no active health check"}
	t.levels(found, "checklist") == {"deny"}
	t.levels(found, "evidence") == {"warn"}
}

test_more_tries if {
	t.is_clean(failover.findings) with input as _default
	t.is_clean(failover.findings) with input as _two
}

test_one_server if {
	found := failover.findings with input as _alone
	t.faults(found) == {"10.0.0.1:50051 is the only server and nothing checks it: while it is dead, every call fails"}
	t.levels(found, "checklist") == {"warn"}
	t.levels(found, "evidence") == {"off"}
	t.is_weak(found)
	t.faults(failover.findings) == set() with input as _elsewhere
}

test_one_try_at_one_server_is_no_evidence if {
	found := failover.findings with input as _alone_one
	count(t.faults(found)) == 2
	t.levels(found, "evidence") == {"off"}
}

test_active_checks if {
	t.is_clean(failover.findings) with input as _checked
	t.is_clean(failover.findings) with input as _health_check_elsewhere
	t.is_clean(failover.findings) with input as _address_checked
	t.is_clean(failover.findings) with input as _unseen_checked
	t.is_clean(failover.findings) with input as _checked_here
	t.is_clean(failover.findings) with input as _checked_and_elsewhere
	t.is_clean(failover.findings) with input as _served_by(_greeter({"active_check": true}), _variable_tries)
}

test_address if {
	t.faults(failover.findings) == {"10.0.0.1:50051 is the only server and nothing checks it: while it is dead, every call fails"} with input as _address
}

test_default_to_be_written if {
	found := failover.findings with input as _default with data.nginx_grpc as {"explicit": "required"}
	t.faults(found) == {"calls are tried on every server only by nginx's default; settings ask for grpc_next_upstream_tries in writing"}
	t.is_weak(found)
	t.is_clean(failover.findings) with input as _two with data.nginx_grpc as {"explicit": "required"}
	t.is_clean(failover.findings) with input as _two_checked with data.nginx_grpc as {"explicit": "required"}
	count(failover.findings) == 1 with input as _alone with data.nginx_grpc as {"explicit": "required"}
}

test_unknown_servers_are_no_evidence if {
	elsewhere := failover.findings with input as _elsewhere
	t.hints(elsewhere) == {"look at where the servers come from"}
	t.doubtful(elsewhere, "checklist") == {"warn"}
	by_variable := failover.findings with input as _by_variable
	t.doubtful(by_variable, "checklist") == {"warn"}
}

test_unknown if {
	t.reasons(failover.findings) == {"grpc_next_upstream_tries $n holds a variable"} with input as _variable
	t.reasons(failover.findings) == {"the servers of upstream greeter come from elsewhere"} with input as _elsewhere
	t.reasons(failover.findings) == {"grpc_pass $b leads to what is not seen"} with input as _by_variable
}

# ingress-nginx's: a Service's ready endpoints.
test_servers_of_a_service if {
	balancer := t.upstream_with("upstream_balancer", {}, [], {"servers_known": false})
	whole := t.document([t.server([t.pass("/", {"target": t.to_upstream("upstream_balancer")})], {})], [balancer])
	count(t.reasons(failover.findings)) == 1 with input as whole
	t.is_clean(failover.findings) with input as object.union(whole, {"controller": "ingress-nginx"})
}
