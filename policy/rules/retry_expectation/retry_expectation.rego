# METADATA
# title: grpc_next_upstream has conditions that do nothing for gRPC
# description: |
#   nginx sends a call on while it comes in, and does not repeat what it has begun to send. So
#   invalid_header, non_idempotent and the http_* conditions never lead to a second try of an ordinary
#   call: a reset on a stale connection stays a 502. Where the body is complete before (behind
#   auth_request, for example) non_idempotent does repeat the call, with a wrong stream id for its
#   data: it hangs until the client's deadline.
# custom:
#   harm: some
#   id: NG206
#   levels: {checklist: warn, evidence: warn}
#   message: "grpc_next_upstream never repeats a gRPC call for {conditions}"
#   directive: grpc_next_upstream
#   fix: {applicability: safe}
#   variants:
#     hangs:
#       when: non_idempotent is among them
#       message: "grpc_next_upstream never repeats a gRPC call for {conditions}, and behind auth_request non_idempotent makes calls hang"
package nginx.grpc.rules.retry_expectation

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(idle), call.subject, conditions.at, values) if {
	some call in calls.passes
	idle := [word |
		some word in split(effective.value(call.location, "grpc_next_upstream"), " ")
		_is_idle(word)
	]
	count(idle) > 0
	conditions := effective.setting(call.location, "grpc_next_upstream")
	values := {
		"conditions": concat(", ", idle),
		"edits": [fix.setting(call.subject.nodes.location, "grpc_next_upstream", _instead(conditions.value))],
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	doubt := effective.doubt(call.location, "grpc_next_upstream")
}

_forms(idle) := ["hangs"] if {
	"non_idempotent" in idle
} else := []

_is_idle(word) if {
	word in {"invalid_header", "non_idempotent"}
} else if {
	startswith(word, "http_")
}

_instead(conditions) := kept if {
	kept := [word | some word in split(conditions, " "); not _is_idle(word)]
	count(kept) > 0
} else := ["error", "timeout"]
