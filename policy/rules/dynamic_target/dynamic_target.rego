# METADATA
# title: A host name in a variable, and no resolver
# description: |
#   A name that stands in grpc_pass is resolved when nginx starts. A name that a variable holds is
#   resolved when a call comes, and for that nginx needs `resolver`. Without one every call gets 502
#   ("no resolver defined"), and `nginx -t` does not notice. The name of an upstream block needs none.
# custom:
#   id: NG208
#   item: 0
#   levels: {checklist: deny, evidence: deny}
#   message: "grpc_pass {text} holds a host name that nginx resolves when a call comes, and there is no resolver: every call gets 502"
#   remedy: "resolver ADDRESS_OF_A_NAME_SERVER;"
#   evidence: docs/rules/NG208.md
package nginx.grpc.rules.dynamic_target

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, call.location.target, {"text": call.location.target.text}) if {
	some call in _dynamic
	call.location.target.host_is_name
	effective.value(call.location, "resolver") == ""
}

findings contains rule.unknown(about, [], doubt) if {
	some call in _dynamic
	call.location.target.host_is_name
	doubt := effective.doubt(call.location, "resolver")
}

# A variable that is set elsewhere may hold a name as well.
findings contains rule.unknown(about, [], doubt) if {
	some call in _dynamic
	not call.location.target.host_is_name
	some variable in call.location.target.variables
	variable.origin == "unknown"
	effective.value(call.location, "resolver") == ""
	doubt := {
		"at": call.location.target,
		"reason": concat("", [variable.name, " is set where it is not seen and may hold a host name"]),
		"hint": "resolver ADDRESS_OF_A_NAME_SERVER;",
	}
}

_dynamic := [call | some call in calls.targets; count(call.location.target.variables) > 0]
