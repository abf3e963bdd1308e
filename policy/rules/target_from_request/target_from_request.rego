# METADATA
# title: The client chooses the server
# description: |
#   Where grpc_pass takes its host from the request (an argument, a header, the Host, a capture of the
#   path), a client can send its call to any address that nginx can reach, internal ones too. A map of
#   what is offered, with a default, gives the same freedom without that.
# custom:
#   harm: some
#   id: NG403
#   levels: {checklist: deny, evidence: deny}
#   security: 8.6
#   message: "grpc_pass {text} goes wherever the client says, in {variables}"
#   directive: grpc_pass
#   fix: {applicability: manual, why: "which upstreams clients may name: a map from {variable} to them"}
#   variants:
#     part:
#       when: the client chooses a part of the host
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "grpc_pass {text} goes to a host of which the client says a part, in {variables}"
#     port:
#       when: the client chooses the port
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "grpc_pass {text} goes to whatever port the client says, in {variables}"
package nginx.grpc.rules.target_from_request

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, call.location.target, values) if {
	some call in calls.targets
	forms := {"whole": [], "part": ["part"], "port": ["port"]}[call.location.target.client_chooses]
	chosen := [variable.name |
		some variable in call.location.target.variables
		variable.origin == "request"
	]
	values := {
		"text": call.location.target.text,
		"variables": concat(", ", chosen),
		"variable": concat("", array.slice(chosen, 0, 1)),
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	call.location.target.client_chooses == "unknown"
	doubt := {
		"at": call.location.target,
		"reason": concat("", ["whether the client chooses the host of ", call.location.target.text, " is not seen"]),
		"hint": "a map of constants for the target",
	}
}
