# METADATA
# title: client_max_body_size ends large requests and long uploads
# description: |
#   client_max_body_size (1m by default) counts all that a client sends in one call: a large message,
#   and the sum of a stream's messages. What is above gets HTTP 413, which clients report as UNKNOWN,
#   after the server has received a part. Answers are not limited.
# custom:
#   harm: some
#   id: NG302
#   levels: {checklist: deny, evidence: deny}
#   message: "requests here have up to {largest}, and above {size} nginx ends them with 413 (UNKNOWN)"
#   directive: client_max_body_size
#   fix:
#     applicability: safe
#     edits: [{op: set, in: location, name: client_max_body_size, args: ["{largest}"]}]
#   variants:
#     stream:
#       when: settings say streaming client or bidi
#       message: "a stream from the client is ended with 413 (UNKNOWN) after {size} in all"
#       fix:
#         applicability: unsafe
#         why: "0 is no limit; largest_request in the settings says one"
#         edits: [{op: set, in: location, name: client_max_body_size, args: ["0"]}]
#     none:
#       when: not one message fits
#       message: "client_max_body_size {size} lets no message through: five bytes go before each, and what is more gets 413 (UNKNOWN)"
#       fix:
#         applicability: unsafe
#         why: "1m is nginx's default"
#         edits: [{op: set, in: location, name: client_max_body_size, args: [1m]}]
#     bytes:
#       when: it is less than a kilobyte
#       levels: {checklist: warn, evidence: warn}
#       message: "client_max_body_size {size} is bytes: a call that sends more is ended with 413 (UNKNOWN)"
#       fix:
#         applicability: unsafe
#         why: "1m is nginx's default"
#         edits: [{op: set, in: location, name: client_max_body_size, args: [1m]}]
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "other requests of the location may be as large, too"}
package nginx.grpc.rules.client_body_size

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, calls.mixed(call), call.subject, size.at, values) if {
	some call in calls.passes
	effective.value(call.location, "client_max_body_size") > 0
	size := effective.setting(call.location, "client_max_body_size")
	size.value < units.bytes(settings.given.largest_request)
	values := {"largest": settings.given.largest_request, "size": size.text}
}

findings contains rule.fault(about, array.concat(["stream"], calls.mixed(call)), call.subject, size.at, {"size": size.text}) if {
	not settings.given.largest_request
	some call in calls.passes
	_streams(call)
	effective.value(call.location, "client_max_body_size") > 0
	size := effective.setting(call.location, "client_max_body_size")

	# More than the default has been chosen by somebody.
	size.value <= 1048576
}

findings contains rule.fault(about, array.concat([form], calls.mixed(call)), call.subject, size.at, {"size": size.text}) if {
	some call in calls.passes
	not _has_ground(call)
	form := _tiny(effective.value(call.location, "client_max_body_size"))
	size := effective.setting(call.location, "client_max_body_size")
}

# A message of gRPC has five bytes before it.
_tiny(bytes) := "none" if {
	bytes > 0
	bytes < 5
} else := "bytes" if {
	bytes > 0
	bytes < 1024
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	_has_ground(call)
	doubt := effective.doubt(call.location, "client_max_body_size")
}

_has_ground(call) if {
	settings.given.largest_request
} else if _streams(call)

_streams(call) if {
	some kind in settings.streaming(calls.names(call))
	kind in {"client", "bidi"}
}
