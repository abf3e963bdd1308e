# METADATA
# title: WebSocket headers are left in a gRPC location
# description: |
#   proxy_set_header has no effect on grpc_pass: these lines come from a WebSocket or proxy_pass
#   recipe and do nothing. They are worth a word because the next hand turns them into
#   grpc_set_header Connection, and then a grpc-go server refuses every call (NG214).
# custom:
#   harm: latent
#   id: NG202
#   levels: {checklist: warn, evidence: "off"}
#   message: "proxy_set_header {headers} is for WebSocket and HTTP/1.1; gRPC has no use for it"
#   directive: proxy_set_header
#   fix: {applicability: safe}
#   variants:
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "a WebSocket that comes here is upgraded no more"}
package nginx.grpc.rules.upgrade_headers

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(call), call.subject, headers[0], values) if {
	some call in array.concat(calls.passes, _strong)
	list := input.header_lists[call.location.proxy_set_header]

	# What stands at an outer context is there for other locations.
	list.context in {"location", "if"}
	headers := [header | some header in list.headers; lower(header.name) in {"upgrade", "connection"}]
	names := [header.name | some header in headers]
	values := {
		"headers": concat(" and ", names),
		"edits": [fix.removing(header, "proxy_set_header") | some header in headers],
	}
}

_forms(call) := ["mixed"] if {
	call.location.grpc.carries != "pass"
} else := calls.mixed(call)

_strong := [call | some call in calls.others; call.location.grpc.carries == "strong"]
