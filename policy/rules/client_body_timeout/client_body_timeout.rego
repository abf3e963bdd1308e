# METADATA
# title: client_body_timeout ends silent client and bidi streams
# description: |
#   While a client has not ended its side of a stream, nginx waits for more of the body, and after
#   client_body_timeout (60s by default) without a word from either side it ends the stream, whatever
#   grpc_read_timeout says. The client sees INTERNAL, and the error log says nothing. Messages of the
#   server count, HTTP/2 PINGs of the client do not; unary and server-streaming calls are not affected.
# custom:
#   harm: some
#   id: NG301
#   levels: {checklist: warn, evidence: warn}
#   message: "grpc_read_timeout is {read}, but a client or bidi stream that is silent for {body} is ended by client_body_timeout"
#   directive: client_body_timeout
#   fix:
#     applicability: safe
#     edits: [{op: set, in: location, name: client_body_timeout, args: ["{need}"]}]
#   variants:
#     given:
#       when: settings say streaming client or bidi
#       levels: {checklist: deny, evidence: deny}
#       message: "a client or bidi stream that is silent for {body} is ended by client_body_timeout; streams here are silent for up to {need}"
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "other requests of the location are given {need} for their bodies, too"}
package nginx.grpc.rules.client_body_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.streams

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, array.concat(forms, calls.mixed(call)), call.subject, body.at, values) if {
	some call in calls.passes
	forms := streams.upwards(call)
	need := _need(call)
	effective.value(call.location, "client_body_timeout") < need.least
	body := effective.setting(call.location, "client_body_timeout")
	values := {"body": body.text, "need": need.text, "read": need.said}
}

findings contains rule.unknown(about, forms, doubt) if {
	some call in calls.in_doubt
	forms := streams.upwards(call)
	_ = _need(call)
	doubt := effective.doubt(call.location, "client_body_timeout")
}

# _need: the silence that a stream has to survive: what settings say, else what the configuration
# says by a grpc_read_timeout of its own.
_need(call) := object.union(silence, {"least": silence.ms, "said": silence.text}) if {
	silence := settings.longest_silence(calls.names(call))
	silence.given
	streams.upwards(call) == ["given"]
} else := {"text": read.written, "said": read.text, "least": read.value - (read.value / 10)} if {
	# What is nearly as long was meant to be as long.
	read := effective.setting(call.location, "grpc_read_timeout")
	read.state == "said"
}
