# METADATA
# title: A call is not tried on the next server
# description: |
#   When a server refuses the connection or does not answer in time, nginx tries the next one, by
#   default. With `grpc_next_upstream off`, or a list that lacks `error` or `timeout`, the share of
#   calls that meets a dead server fails while a good server is idle. More than this
#   grpc_next_upstream can't do for gRPC: a call whose headers are sent is never repeated, whatever
#   it says, so a reset on a stale connection is not cured here.
# custom:
#   harm: some
#   id: NG105
#   item: 4
#   levels: {checklist: deny, evidence: "off"}
#   message: "a call whose server is dead fails instead of going to the next one: grpc_next_upstream is {conditions}, without {missing}"
#   directive: grpc_next_upstream
#   fix:
#     applicability: safe
#   variants:
#     several:
#       when: the upstream has two or more servers
#       levels: {checklist: deny, evidence: deny}
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "a call goes to the next server only by nginx's default, {conditions}; settings ask for it in writing"
package nginx.grpc.rules.next_upstream

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _several(call), call.subject, conditions.at, values) if {
	some call in calls.passes
	missing := _missing(effective.value(call.location, "grpc_next_upstream"))
	count(missing) > 0
	conditions := effective.setting(call.location, "grpc_next_upstream")
	values := {
		"conditions": conditions.text,
		"missing": concat(" and ", missing),
		"edits": [fix.setting(call.subject.nodes.location, "grpc_next_upstream", _instead(conditions.value))],
	}
}

findings contains rule.fault(about, ["implicit"], call.subject, conditions.at, values) if {
	settings.defaults_must_be_written
	some call in calls.passes
	conditions := effective.setting(call.location, "grpc_next_upstream")
	conditions.state == "default"
	values := {
		"conditions": conditions.text,
		"edits": [fix.setting(call.subject.nodes.location, "grpc_next_upstream", _instead(conditions.value))],
	}
}

findings contains rule.unknown(about, _several(call), doubt) if {
	some call in calls.in_doubt
	doubt := effective.doubt(call.location, "grpc_next_upstream")
}

# `off` wins over what stands beside it.
_missing(conditions) := ["error", "timeout"] if {
	"off" in split(conditions, " ")
} else := [needed | some needed in ["error", "timeout"]; not needed in split(conditions, " ")]

_several(call) := ["several"] if {
	calls.several(call)
} else := []

# What else is said stays.
_instead(conditions) := array.concat(["error", "timeout"], others) if {
	others := [word | some word in split(conditions, " "); not word in {"error", "timeout", "off"}]
}
