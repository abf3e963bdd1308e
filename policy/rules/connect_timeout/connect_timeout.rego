# METADATA
# title: A lost server holds calls for long
# description: |
#   A server that drops packets (a node that is gone, a firewall) neither accepts nor refuses. nginx
#   waits for grpc_connect_timeout, 60s by default, before it tries the next server, and most clients
#   have given up by then. A few seconds are enough in any network that gRPC runs in.
# custom:
#   harm: some
#   id: NG212
#   levels: {checklist: warn, evidence: warn}
#   message: "a call that meets a lost server waits for {timeout} before anything else is tried"
#   directive: grpc_connect_timeout
#   fix:
#     applicability: unsafe
#     why: "5s is assumed"
#     edits: [{op: set, in: location, name: grpc_connect_timeout, args: [5s]}]
package nginx.grpc.rules.connect_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

_longest := 15000

findings contains rule.fault(about, [], call.subject, timeout.at, {"timeout": timeout.text}) if {
	some call in calls.passes
	effective.value(call.location, "grpc_connect_timeout") > _longest
	timeout := effective.setting(call.location, "grpc_connect_timeout")
	_counts(call, timeout)
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	doubt := effective.doubt(call.location, "grpc_connect_timeout")
}

# By default it matters only where there is a second server to go to.
_counts(call, timeout) if {
	timeout.state == "said"
} else if {
	calls.several(call)
}
