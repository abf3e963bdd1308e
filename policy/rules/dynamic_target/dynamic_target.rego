# METADATA
# title: A variable target that leads nowhere
# description: |
#   nginx reads a variable in grpc_pass when a call comes, so `nginx -t` notices nothing of this. A
#   host name needs `resolver`, else the call gets 502 ("no resolver defined"); the name of an upstream
#   block needs none. A name without a port that is no upstream block, a path, `http://`, or nothing at
#   all, as where a map has no default or the only `set` stands in another location, is a 500.
# custom:
#   harm: every
#   id: NG208
#   levels: {checklist: deny, evidence: deny}
#   message: "grpc_pass {text} can become {value}{way}, a host name that nginx resolves when a call comes, and there is no resolver: every such call gets 502"
#   directive: grpc_pass
#   fix: {applicability: manual, why: "the address of a name server, for resolver"}
#   variants:
#     empty:
#       when: the target can be without a host
#       message: "grpc_pass {text} can be without a host{way}: every such call gets 500"
#       fix: {why: "what {variable} names: an upstream, or an address with its port"}
#     no-port:
#       when: a name is no upstream block and has no port
#       message: "grpc_pass {text} can become {value}{way}, which is no upstream block and has no port: every such call gets 500"
#       fix: {why: "what {variable} names: an upstream, or an address with its port"}
#     invalid:
#       when: the text is no target of grpc_pass
#       message: "grpc_pass {text} can become {value}{way}, which is no target of grpc_pass (it takes grpc:// or grpcs://, a host, a port, and no path): every such call gets 500"
#       fix: {why: "what {variable} names: an upstream, or an address with its port"}
package nginx.grpc.rules.dynamic_target

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(failure), call.subject, call.location.target, values) if {
	some call in _dynamic
	some failure in call.location.target.failures
	_fails(call, failure)
	values := _values(call, failure.text, _way(call, failure))
}

# The client's word in a domain name: what the name will be is not known, that it is one is.
findings contains rule.fault(about, [], call.subject, call.location.target, values) if {
	some call in _dynamic
	call.location.target.host_is_name
	not _named(call)
	effective.value(call.location, "resolver") == ""
	values := _values(call, call.location.target.text, "")
}

findings contains rule.unknown(about, [], doubt) if {
	some call in _dynamic
	call.location.target.host_is_name
	doubt := effective.doubt(call.location, "resolver")
}

# A variable that is set elsewhere may hold a name as well.
findings contains rule.unknown(about, [], doubt) if {
	some call in _dynamic
	target := call.location.target
	not target.host_is_name
	some variable in target.variables
	variable.origin == "unknown"
	not _addresses[variable.name]
	not _is_of_an_address(target)
	effective.value(call.location, "resolver") == ""
	doubt := {
		"at": call.location.target,
		"reason": concat("", [variable.name, " is set where it is not seen and may hold a host name"]),
		"hint": "resolver ADDRESS_OF_A_NAME_SERVER;",
	}
}

# What nginx fills in with an address or a port.
_addresses := {"$remote_addr", "$server_addr", "$server_port"}

# What is behind an address can only be its port.
_is_of_an_address(target) if regex.match(`^(?i)(grpcs?://)?([0-9]+(\.[0-9]+){3}|\[[^\]]*\]):`, target.text)

_dynamic := [call | some call in calls.targets; count(call.location.target.variables) > 0]

_fails(call, failure) if {
	effective.value(call.location, "resolver") == ""
} else if {
	failure.problem != "name"
}

_named(call) if {
	some failure in call.location.target.failures
	failure.problem == "name"
}

_forms(failure) := [] if {
	failure.problem == "name"
} else := [failure.problem]

_values(call, value, way) := {
	"text": call.location.target.text,
	"value": value,
	"way": way,
	"variable": call.location.target.variables[0].name,
}

_way(call, failure) := concat("", [" (", failure.file, ":", format_int(failure.line, 10), ")"]) if {
	failure.line > 0
} else := concat("", [" (nothing has set ", concat(", ", names), " where a call comes straight to it)"]) if {
	failure.problem == "empty"
	names := [variable.name | some variable in call.location.target.variables]
} else := ""
