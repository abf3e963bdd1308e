package nginx.grpc.rules.dynamic_target_test

import data.nginx.grpc.rules.dynamic_target
import data.nginx.grpc.testing as t

_to(origin, more, settings) := t.pass("/", {
	"grpc_pass": "grpc://$backend",
	"target": t.to_variable("grpc://$backend", origin, more),
	"directives": t.fields(settings),
})

_resolver := {"resolver": t.text("10.0.0.53")}

_failing(problem, place) := {
	"host_is_name": problem == "name",
	"failures": [object.union({"text": "greeter.internal:50051", "problem": problem}, place)],
}

_nowhere := {"file": "", "line": 0}

_set := {"file": "maps.conf", "line": 7}

_name := t.one_location(_to("constant", _failing("name", _set), {}))

_name_with_resolver := t.one_location(_to("constant", _failing("name", _set), _resolver))

_part := t.one_location(_to("request", {"host_is_name": true}, {}))

_upstream := t.one_location(_to("constant", {"upstreams": ["greeter"]}, {}))

_elsewhere := t.one_location(_to("unknown", {}, {}))

_elsewhere_with_resolver := t.one_location(_to("unknown", {}, _resolver))

_behind(location) := t.with_unread(t.one_location(t.behind_gap(location)))

_unread := _behind(_to("constant", _failing("name", _set), {}))

# A name that stands in grpc_pass is resolved at the start.
_to_literal := t.pass("/", {
	"grpc_pass": "grpc://greeter.example:50051",
	"target": object.union(t.to_address("greeter.example", 50051), {"host_is_name": true}),
})

_literal := t.one_location(_to_literal)

test_no_resolver if {
	found := dynamic_target.findings with input as _name
	t.faults(found) == {"grpc_pass grpc://$backend can become greeter.internal:50051 (maps.conf:7), a host name that nginx resolves when a call comes, and there is no resolver: every such call gets 502"}
	t.decisions(found) == {"the address of a name server, for resolver"}
	t.levels(found, "evidence") == {"deny"}
	{finding.variant | some finding in found} == {""}
	sure := dynamic_target.findings with input as t.one_location(_to("unknown", _failing("name", _set), {}))
	t.faults(sure) == t.faults(found)
	t.reasons(sure) == set()
}

test_a_name_of_which_the_client_says_a_part if {
	t.faults(dynamic_target.findings) == {"grpc_pass grpc://$backend can become grpc://$backend, a host name that nginx resolves when a call comes, and there is no resolver: every such call gets 502"} with input as _part
}

# A value of the map that fails for another reason says nothing of the client's.
test_a_name_of_the_client_beside_another_failure if {
	both := {"host_is_name": true, "failures": [object.union({"text": "greeter", "problem": "no-port"}, _set)]}
	found := dynamic_target.findings with input as t.one_location(_to("request", both, {}))
	{finding.variant | some finding in found} == {"", "no-port"}
	some message in t.faults(found)
	contains(message, "grpc://$backend, a host name")
}

test_where_it_is_said if {
	first := {"file": "maps.conf", "line": 1}
	t.faults(dynamic_target.findings) == {"grpc_pass grpc://$backend can be without a host (maps.conf:1): every such call gets 500"} with input as _without("empty", first)
	two := object.union(_failing("empty", _nowhere), {"variables": [
		{"name": "$host_of", "origin": "constant"},
		{"name": "$port_of", "origin": "constant"},
	]})
	some message in t.faults(dynamic_target.findings) with input as t.one_location(_to("constant", two, {}))
	contains(message, "nothing has set $host_of, $port_of where")
}

test_what_no_resolver_helps if {
	t.faults(dynamic_target.findings) == {"grpc_pass grpc://$backend can be without a host (maps.conf:7): every such call gets 500"} with input as _without("empty", _set)
	t.faults(dynamic_target.findings) == {"grpc_pass grpc://$backend can be without a host (nothing has set $backend where a call comes straight to it): every such call gets 500"} with input as _without("empty", _nowhere)
	some message in t.faults(dynamic_target.findings) with input as _without("no-port", _nowhere)
	contains(message, "can become greeter.internal:50051, which is no upstream block and has no port")
	some other in t.faults(dynamic_target.findings) with input as _without("invalid", _nowhere)
	contains(other, "can become greeter.internal:50051, which is no target of grpc_pass")
	t.decisions(dynamic_target.findings) == {"what $backend names: an upstream, or an address with its port"} with input as _without("invalid", _nowhere)
}

_without(problem, place) := t.one_location(_to("constant", _failing(problem, place), _resolver))

test_nothing_to_resolve if {
	t.is_clean(dynamic_target.findings) with input as _name_with_resolver
	t.is_clean(dynamic_target.findings) with input as _upstream
	t.is_clean(dynamic_target.findings) with input as _literal
	t.is_clean(dynamic_target.findings) with input as t.with_unread(t.one_location(t.behind_gap(_to_literal)))
	t.is_clean(dynamic_target.findings) with input as t.one_location(_to("request", {"host_is_name": true}, _resolver))
	t.is_clean(dynamic_target.findings) with input as _elsewhere_with_resolver
	t.is_clean(dynamic_target.findings) with input as _behind(_to("constant", {"upstreams": ["greeter"]}, {}))
	t.is_clean(dynamic_target.findings) with input as _behind(_to("constant", _failing("name", _set), _resolver))
}

test_unknown if {
	t.hints(dynamic_target.findings) == {"resolver ADDRESS_OF_A_NAME_SERVER;"} with input as _elsewhere
	t.reasons(dynamic_target.findings) == {"$backend is set where it is not seen and may hold a host name"} with input as _elsewhere
	t.reasons(dynamic_target.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
}

_text(text) := t.one_location(t.pass("/", {"grpc_pass": text, "target": t.to_variable(text, "unknown", {})}))

test_ports_and_addresses_are_no_names if {
	every text in ["10.0.0.1:$port", "grpc://[::1]:$port", "GRPCS://10.0.0.1:$p", "$server_addr", "grpc://$remote_addr"] {
		t.reasons(dynamic_target.findings) == set() with input as _text(text)
	}
	own := t.to_variable("grpc://$server_addr:$server_port", "unknown", {"variables": [
		{"name": "$server_addr", "origin": "unknown"},
		{"name": "$server_port", "origin": "unknown"},
	]})
	t.reasons(dynamic_target.findings) == set() with input as t.one_location(t.pass("/", {"grpc_pass": own.text, "target": own}))
	every text in ["grpc://10.0.0.1$port", "10.0.0.1.$zone", "grpc://zone-10.0.0.1:$port", "backend.example:$port", "$server_name"] {
		count(t.reasons(dynamic_target.findings)) == 1 with input as _text(text)
	}
}
