# METADATA
# title: grpc_buffer_size is reserved for every call
# description: |
#   grpc_buffer_size is the buffer for the response's header and for what is on its way, not a limit
#   on messages: answers of any size pass a buffer of 4k. What has to fit it are the response's headers
#   and, from 1.31.3, its trailers (NG306): some tens of kilobytes at most. More is reserved for every
#   call in flight, and gains nothing.
# custom:
#   harm: latent
#   id: NG304
#   levels: {checklist: warn, evidence: warn}
#   message: "grpc_buffer_size {size} is reserved for every call and limits no message"
#   directive: grpc_buffer_size
#   fix:
#     applicability: unsafe
#     why: "64k is assumed; without a line it is 4k"
#     edits: [{op: set, in: location, name: grpc_buffer_size, args: [64k]}]
package nginx.grpc.rules.buffer_size

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, size.at, {"size": size.text}) if {
	some call in calls.passes
	effective.value(call.location, "grpc_buffer_size") >= 1048576
	size := effective.setting(call.location, "grpc_buffer_size")
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	doubt := effective.doubt(call.location, "grpc_buffer_size")
}
