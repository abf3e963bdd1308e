# METADATA
# title: An address in grpc_pass bypasses its upstream block
# description: |
#   grpc_pass with an address is an upstream of its own, even where an upstream block names the same
#   server. The block's pool, zone and max_fails are not used: every call opens a connection. So is
#   the name of a block with a port behind it, where a variable holds it: nginx asks DNS for that.
# custom:
#   harm: latent
#   id: NG215
#   levels: {checklist: warn, evidence: warn}
#   message: "grpc_pass {text} goes past upstream {names}, which names the same server: its pool is not used"
#   directive: grpc_pass
#   fix:
#     applicability: unsafe
#     why: "the server sees {name} as :authority, and calls go to every server of it"
#     edits: [{op: replace, at: at, was: grpc_pass, name: grpc_pass, args: ["{scheme}://{name}"]}]
#   variants:
#     several:
#       when: several upstreams name the server
#       fix: {applicability: manual, why: "which of {names}"}
#     variable:
#       when: a variable holds the address
#       message: "grpc_pass {text} is always one address, and goes past upstream {names}: its pool is not used"
#       fix: {applicability: manual, why: "whether {text} is to be the name of upstream {names}, without a port"}
package nginx.grpc.rules.upstream_bypassed

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(call, names), call.subject, call.location.target, values) if {
	some call in calls.targets
	names := call.location.target.bypasses
	count(names) > 0
	values := {
		"text": call.location.target.text,
		"names": concat(" and ", names),
		"name": names[0],
		"scheme": _scheme(call.location.target),
	}
}

_scheme(target) := target.scheme if {
	target.scheme != ""
} else := "grpc"

_forms(call, names) := ["variable"] if {
	count(call.location.target.variables) > 0
} else := ["several"] if {
	count(names) > 1
} else := []
