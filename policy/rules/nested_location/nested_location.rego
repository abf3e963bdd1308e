# METADATA
# title: A location inside a gRPC location has no handler
# description: |
#   grpc_pass is not inherited by nested locations. One that only changes a timeout has no handler
#   left: nginx looks for a file, finds none, and the client sees UNIMPLEMENTED for calls that the
#   location around it would have passed on. A location that says where its files are (`root`,
#   `alias`) is left alone, and so is one that sends calls on to a grpc_pass or refuses them on
#   purpose, and an `if`: it inherits grpc_pass.
# custom:
#   harm: every
#   id: NG207
#   levels: {checklist: deny, evidence: deny}
#   message: "calls that match here get 404 (UNIMPLEMENTED): grpc_pass is not inherited from location {outer}"
#   directive: grpc_pass
#   fix: {applicability: safe}
package nginx.grpc.rules.nested_location

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], nested.subject, nested.location, values) if {
	some nested in _nested
	nested.location.handler == "static"
	not nested.location.own_handler
	nested.location.arrival.stop.kind == "files"
	values := {
		"outer": nested.outer.name,
		"edits": [fix.setting(nested.location, "grpc_pass", _args(nested.outer.target))],
	}
}

findings contains rule.unknown(about, [], effective.gap_doubt(nested.location)) if {
	some nested in _nested
	nested.location.handler == "unknown"
}

# As the location around passes, with the scheme that nginx takes where it says none.
_args(target) := [arg | some arg in [concat("", [_scheme(target), target.text]), target.options]; arg != ""]

_scheme(target) := "grpc://" if {
	target.scheme == ""
	target.scheme_known
} else := ""

_nested := [nested |
	some server in input.servers
	some location in server.locations
	location.modifier != "if"
	outer := calls.location_by_id[location.parent]
	outer.grpc.carries == "pass"
	nested := {
		"location": location,
		"outer": outer,
		"subject": {"server": server.name, "location": location.name, "upstream": "", "node": location},
	}
]
