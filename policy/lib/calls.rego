# METADATA
# title: Where calls go
# description: >-
#   The locations that gRPC calls come to and the upstreams that they lead to. An `if` that only
#   inherits grpc_pass is its location once more and is left out.
package nginx.grpc.lib.calls

import data.nginx.grpc.lib.effective

location_by_id := {location.id: location |
	some server in input.servers
	some location in server.locations
}

# passes: every location with grpc_pass in effect that clients' calls can come to.
passes := [call |
	some number, server in input.servers
	some location in server.locations
	location.grpc.carries == "pass"
	not _repeats(location)
	not _only_checks(location)
	call := _call(number, server, location)
]

# in_doubt: the passes with some value that is not known. They are few, and rules look for doubts there.
in_doubt := [call |
	some call in passes
	effective.in_doubt(call.location)
]

# targets: every grpc_pass that is written, also within an `if`.
targets := [call |
	some number, server in input.servers
	some location in server.locations
	location.grpc.carries == "pass"
	location.own_handler
	call := _call(number, server, location)
]

# others: calls that come to another handler, as far as the signs say.
others := [call |
	some number, server in input.servers
	some location in server.locations
	location.grpc.carries in {"strong", "weak"}
	call := _call(number, server, location)
]

# mixed: the form of a fix that changes what holds for other requests of the location as well.
mixed(call) := ["mixed"] if {
	call.subject.nodes.location.mixed
} else := []

# shared: the form of a fix that changes what holds for HTTP that goes to the upstream as well.
shared(upstream) := ["shared"] if {
	upstream.proxied
} else := []

# upstreams that calls lead to.
upstreams := [{"upstream": upstream, "subject": subject} |
	some upstream in input.upstreams
	_named[upstream.name]
	subject := {
		"server": "",
		"location": "",
		"upstream": upstream.name,
		"node": upstream,
		"nodes": {"upstream": upstream},
	}
]

# servers that calls come to, also those that go out by another handler.
servers := [{"number": number, "server": server, "subject": subject} |
	some number, server in input.servers
	_numbers[number]
	subject := {
		"server": server.name,
		"location": "",
		"upstream": "",
		"node": server,
		"nodes": {"server": server},
	}
]

# doubts: targets of which it is not known whether they are an upstream.
doubts := {doubt | some call in targets; doubt := doubt_of(call)}

doubt_of(call) := {
	"at": call.location.target,
	"reason": concat("", ["grpc_pass ", call.location.grpc_pass, _leads_where(call)]),
	"hint": "grpc_pass with an upstream or address, or a map of constants to one",
} if {
	not leads_to_upstream(call)
	not leads_to_address(call)
}

_leads_where(call) := " names no upstream that is seen, and no port" if {
	call.location.target.kind == "undefined"
} else := " leads to what is not seen"

leads_to_upstream(call) if some _ in call.location.target.upstreams

leads_to_address(call) if {
	not leads_to_upstream(call)
	_is_address(call.location.target)
}

# names of the upstreams whose settings hold for a call; "" stands for what is no upstream.
names(call) := call.location.target.upstreams if {
	leads_to_upstream(call)
} else := _no_name

_no_name := [""]

# several: whether a call can be tried on a second server.
several(call) if {
	some name in call.location.target.upstreams
	_of_several_servers[name]
}

# usable: the servers of an upstream that calls are sent to.
usable(upstream) := [server | some server in upstream.servers; not server.down]

_is_address(target) if {
	target.kind in {"address", "unix"}
} else if {
	target.kind == "variable"
	every variable in target.variables {
		variable.origin == "constant"
	}
}

_of_several_servers := {upstream.name |
	some upstream in input.upstreams
	count(usable(upstream)) > 1
}

_numbers := {call.number | some call in targets} | {call.number |
	some call in others
	call.location.grpc.carries == "strong"
}

_named := {name |
	some call in targets
	not _only_checks(call.location)
	some name in call.location.target.upstreams
} | {name |
	some call in others
	call.location.grpc.carries == "strong"
	some name in object.get(call.location, ["proxy_target", "upstreams"], [])
}

_repeats(location) if {
	location.modifier == "if"
	location_by_id[location.parent].grpc.carries == "pass"
}

# One for NGINX Plus's health checks alone.
_only_checks(location) if {
	location.health_check
	_is_closed(location)
}

_is_closed(location) if {
	location.internal
} else if {
	location.modifier == "@"
}

_call(number, server, location) := {
	"number": number,
	"server": server,
	"location": location,
	"subject": {
		"server": server.name,
		"location": location.name,
		"upstream": _only(object.get(location, ["target", "upstreams"], [])),
		"node": location,
		"nodes": {"location": _block_of(location), "server": server},
	},
}

# The block that can hold what an `if` can't, which is most directives.
_block_of(location) := location_by_id[location.parent] if {
	location.modifier == "if"
} else := location

_only(upstream_names) := upstream_names[0] if {
	count(upstream_names) == 1
} else := ""

# of_a_service: the servers of an upstream are the ready endpoints of a Service of Kubernetes, which its
# controller's Lua knows: they are checked, and none has a max_fails.
of_a_service(upstream) if {
	input.controller == "ingress-nginx"
	upstream.name == "upstream_balancer"
}
