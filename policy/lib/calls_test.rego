package nginx.grpc.lib.calls_test

import data.nginx.grpc.lib.calls
import data.nginx.grpc.testing as t

_pass(target) := t.pass("/", {"grpc_pass": target.text, "target": target})

_call(target) := {"location": _pass(target)}

_strong := t.proxied("/pkg.Service/", "strong", {"proxy_target": t.to_upstream("by_proxy")})

_weak := t.proxied("/grpc", "weak", {"proxy_target": t.to_upstream("by_chance")})

_http := t.proxied("/web", "no", {"proxy_target": t.to_upstream("web")})

_servers := [
	t.server([t.pass("/", {})], {"name": "passes"}),
	t.server([_strong], {"name": "strong"}),
	t.server([_weak], {"name": "weak"}),
	t.server([_http], {"name": "http"}),
	t.server([t.pass("/another", {"target": t.to_upstream("another")})], {"name": "another"}),
]

_everything := t.document(_servers, [t.upstream(name, {}, []) | some name in [
	"greeter", "by_proxy", "by_chance", "web", "another", "unused",
]])

test_passes_and_others if {
	[[call.number, call.server.name] | some call in calls.passes] == [[0, "passes"], [4, "another"]] with input as _everything
	[[call.number, call.server.name] | some call in calls.others] == [[1, "strong"], [2, "weak"]] with input as _everything
}

test_subject_of_a_call if {
	[call, _] = calls.passes with input as _everything
	call.location == t.pass("/", {})
	call.subject == {
		"server": "passes",
		"location": "/",
		"upstream": "greeter",
		"node": t.pass("/", {}),
		"nodes": {"location": t.pass("/", {}), "server": _servers[0]},
	}
	[other, _] = calls.others with input as _everything
	other.subject.upstream == ""
}

test_servers_with_calls if {
	entries := calls.servers with input as _everything
	[entry.number | some entry in entries] == [0, 1, 4]
	[entry.server | some entry in entries] == [_servers[0], _servers[1], _servers[4]]
	entries[0].subject == {"server": "passes", "location": "", "upstream": "", "node": _servers[0], "nodes": {"server": _servers[0]}}
}

test_upstreams_with_calls if {
	entries := calls.upstreams with input as _everything
	[entry.upstream.name | some entry in entries] == ["greeter", "by_proxy", "another"]
	entries[0].subject == {
		"server": "",
		"location": "",
		"upstream": "greeter",
		"node": _everything.upstreams[0],
		"nodes": {"upstream": _everything.upstreams[0]},
	}
}

# What an `if` can't hold goes into its location.
test_block_of_an_if if {
	outer := t.proxied("/", "no", {"id": "outer"})
	inner := t.pass("/", {"id": "inner", "modifier": "if", "parent": "outer"})
	[call] = calls.passes with input as t.locations([outer, inner])
	call.subject.node == inner
	call.subject.nodes.location == outer
}

# `if` and location are one where the `if` adds no grpc_pass; a location within one is another.
test_nested_locations_are_no_repetition if {
	document := t.locations([t.pass("/", {}), t.pass("/in", {"parent": "/"})])
	count(calls.passes) == 2 with input as document
}

_address := t.to_address("10.0.0.1", 50051)

_unix := t.target({"text": "grpc://unix:/run/a.sock", "kind": "unix"})

_constant := t.to_variable("$b", "constant", {})

_mixed := t.to_variable("$b", "constant", {"variables": [
	{"name": "$a", "origin": "constant"},
	{"name": "$b", "origin": "unknown"},
]})

_unknown := t.to_variable("$b", "unknown", {})

_undefined := t.target({"text": "grpc://greeter", "kind": "undefined"})

_dialect := t.target({"text": "greeter", "kind": "another", "variables": []})

_mapped := t.to_variable("$b", "constant", {"upstreams": ["greeter"]})

test_where_a_target_leads if {
	every target in [_address, _unix, _constant] {
		calls.leads_to_address(_call(target))
		not calls.leads_to_upstream(_call(target))
	}
	every target in [t.to_upstream("greeter"), _mapped] {
		not calls.leads_to_address(_call(target))
		calls.leads_to_upstream(_call(target))
	}
	every target in [_unknown, _mixed, _undefined, _dialect] {
		not calls.leads_to_address(_call(target))
		not calls.leads_to_upstream(_call(target))
	}
}

test_doubts if {
	every target in [_address, _unix, _constant, _mapped, t.to_upstream("greeter")] {
		not calls.doubt_of(_call(target))
	}
	calls.doubt_of(_call(_unknown)) == {
		"at": _unknown,
		"reason": "grpc_pass $b leads to what is not seen",
		"hint": "grpc_pass with an upstream or address, or a map of constants to one",
	}
	calls.doubt_of(_call(_undefined)).reason == "grpc_pass grpc://greeter names no upstream that is seen, and no port"
	calls.doubts == {calls.doubt_of(_call(_unknown))} with input as t.one_location(_pass(_unknown))
}

_of(peers) := t.document([t.server([t.pass("/", {})], {})], [t.upstream("greeter", {}, peers)])

_one := t.peer("10.0.0.1:50051", {})

_two := t.peer("10.0.0.2:50051", {})

_down := t.peer("10.0.0.2:50051", {"down": true})

test_servers_of_an_upstream if {
	calls.usable(_of([_one, _down, _two]).upstreams[0]) == [_one, _two]
	calls.several(_call(t.to_upstream("greeter"))) with input as _of([_one, _two])
	not calls.several(_call(t.to_upstream("greeter"))) with input as _of([_one, _down])
	not calls.several(_call(t.to_upstream("greeter"))) with input as _of([_one])
	not calls.several(_call(t.to_upstream("another"))) with input as _of([_one, _two])
	not calls.several(_call(_address)) with input as _of([_one, _two])
}

test_forms_of_fixes if {
	mixed := calls.passes with input as t.one_location(t.pass("/", {"mixed": true}))
	[calls.mixed(call) | some call in mixed] == [["mixed"]]
	alone := calls.passes with input as t.one_location(t.pass("/", {}))
	[calls.mixed(call) | some call in alone] == [[]]
	calls.shared(t.greeter) == []
}

_checking(more) := t.one_location(t.pass("/hc", object.union(
	{"health_check": object.union(t.at(7), {"type": "grpc"})},
	more,
)))

# A location that only NGINX Plus's own checks use.
test_health_checks_are_no_calls if {
	calls.passes == [] with input as _checking({"internal": true})
	calls.passes == [] with input as _checking({"modifier": "@"})
	count(calls.passes) == 1 with input as _checking({})
	count(calls.passes) == 1 with input as t.one_location(t.pass("/hc", {"internal": true}))
}

# Nor do an upstream's servers take calls that nothing but a check leads to.
test_upstreams_that_are_only_checked if {
	calls.upstreams == [] with input as _checking({"internal": true})
	count(calls.upstreams) == 1 with input as _checking({})
}
