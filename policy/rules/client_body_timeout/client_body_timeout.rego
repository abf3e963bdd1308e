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
#   item: 0
#   levels: {checklist: warn, evidence: warn}
#   message: "grpc_read_timeout is {read}, but a client or bidi stream that is silent for {body} is ended by client_body_timeout"
#   remedy: "client_body_timeout {need};"
#   variants:
#     given:
#       when: settings say streaming client or bidi
#       levels: {checklist: deny, evidence: deny}
#       message: "a client or bidi stream that is silent for {body} is ended by client_body_timeout; streams here are silent for up to {need}"
#   evidence: docs/rules/NG301.md
package nginx.grpc.rules.client_body_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, body.at, values) if {
	some call in calls.passes
	forms := _forms(call)
	need := _need(call)
	effective.value(call.location, "client_body_timeout") < need.ms
	body := effective.setting(call.location, "client_body_timeout")
	values := {"body": body.text, "need": need.text, "read": need.text}
}

findings contains rule.unknown(about, forms, doubt) if {
	some call in calls.passes
	forms := _forms(call)
	_ = _need(call)
	doubt := effective.doubt(call.location, "client_body_timeout")
}

# _forms: undefined where the clients are said to stream nothing, or speak gRPC-Web, in which they
# can't.
_forms(call) := _given if {
	some kind in settings.streaming(calls.names(call))
	_upwards[kind]
} else := [] if {
	settings.streaming(calls.names(call)) == set()
	not effective.is_on(call.location, "grpc_web")
}

_given := ["given"]

_upwards := {"client", "bidi"}

# _need: the silence that a stream has to survive: what settings say, else what the configuration
# says by a grpc_read_timeout of its own.
_need(call) := silence if {
	silence := settings.longest_silence(calls.names(call))
	silence.given
	_forms(call) == _given
} else := {"ms": read.value, "text": read.text} if {
	read := effective.setting(call.location, "grpc_read_timeout")
	read.state == "said"
}
