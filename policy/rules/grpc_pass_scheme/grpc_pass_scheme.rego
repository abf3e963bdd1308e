# METADATA
# title: grpc_pass does not say grpc:// or grpcs://
# description: |
#   Without a scheme nginx speaks plaintext to the gRPC server, exactly as with grpc://. That is no
#   fault while the server speaks plaintext too. Written out, a reader sees what goes over the wire,
#   and the day the server gets TLS the line to change is plain.
# custom:
#   harm: latent
#   id: NG102
#   item: 1
#   levels: {checklist: warn, evidence: "off"}
#   message: "grpc_pass {text} says no scheme, so calls go out in plaintext without a word about it"
#   directive: grpc_pass
#   fix: {applicability: safe}
package nginx.grpc.rules.grpc_pass_scheme

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, call.location.target, values) if {
	some call in calls.targets
	call.location.target.scheme == ""
	call.location.target.scheme_known

	# A dialect has grpc_pass without a target.
	call.location.target.text != ""
	values := {"text": call.location.target.text, "edits": [_with_scheme(call.location.target)]}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	not call.location.target.scheme_known
	doubt := {
		"at": call.location.target,
		"reason": concat("", ["grpc_pass ", call.location.target.text, " may hold a scheme"]),
		"hint": "grpc_pass grpc://$variable, so that the scheme stands there",
	}
}

_with_scheme(target) := fix.replacing(target, "grpc_pass", "grpc_pass", array.concat([text], _options(target))) if {
	text := concat("", ["grpc://", target.text])
}

_options(target) := split(target.options, " ") if {
	target.options != ""
} else := []
