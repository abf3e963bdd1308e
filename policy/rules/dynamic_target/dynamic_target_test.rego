package nginx.grpc.rules.dynamic_target_test

import data.nginx.grpc.rules.dynamic_target
import data.nginx.grpc.testing as t

_to(origin, more, settings) := t.pass("/", {
	"grpc_pass": "grpc://$backend",
	"target": t.to_variable("grpc://$backend", origin, more),
	"directives": t.fields(settings),
})

_resolver := {"resolver": t.text("10.0.0.53")}

_name := t.one_location(_to("constant", {"host_is_name": true}, {}))

_name_with_resolver := t.one_location(_to("constant", {"host_is_name": true}, _resolver))

_upstream := t.one_location(_to("constant", {"upstreams": ["greeter"]}, {}))

_elsewhere := t.one_location(_to("unknown", {}, {}))

_elsewhere_with_resolver := t.one_location(_to("unknown", {}, _resolver))

_behind(location) := t.with_unread(t.one_location(t.behind_gap(location)))

_unread := _behind(_to("constant", {"host_is_name": true}, {}))

# A name that stands in grpc_pass is resolved at the start.
_literal := t.one_location(t.pass("/", {
	"grpc_pass": "grpc://greeter.example:50051",
	"target": object.union(t.to_address("greeter.example", 50051), {"host_is_name": true}),
}))

test_no_resolver if {
	found := dynamic_target.findings with input as _name
	t.faults(found) == {"grpc_pass grpc://$backend holds a host name that nginx resolves when a call comes, and there is no resolver: every call gets 502"}
	t.levels(found, "evidence") == {"deny"}
	sure := dynamic_target.findings with input as t.one_location(_to("unknown", {"host_is_name": true}, {}))
	t.faults(sure) == t.faults(found)
	t.reasons(sure) == set()
}

test_nothing_to_resolve if {
	t.is_clean(dynamic_target.findings) with input as _name_with_resolver
	t.is_clean(dynamic_target.findings) with input as _upstream
	t.is_clean(dynamic_target.findings) with input as _literal
	t.is_clean(dynamic_target.findings) with input as _elsewhere_with_resolver
	t.is_clean(dynamic_target.findings) with input as _behind(_to("constant", {"upstreams": ["greeter"]}, {}))
	t.is_clean(dynamic_target.findings) with input as _behind(_to("constant", {"host_is_name": true}, _resolver))
}

test_unknown if {
	t.hints(dynamic_target.findings) == {"resolver ADDRESS_OF_A_NAME_SERVER;"} with input as _elsewhere
	t.reasons(dynamic_target.findings) == {"$backend is set where it is not seen and may hold a host name"} with input as _elsewhere
	t.reasons(dynamic_target.findings) == {"include conf.d/limits.conf was not read: no such file"} with input as _unread
}
