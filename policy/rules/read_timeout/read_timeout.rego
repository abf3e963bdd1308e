# METADATA
# title: grpc_read_timeout is shorter than a stream's silence
# description: |
#   grpc_read_timeout limits the gap between two reads from the upstream, not the call. A stream
#   whose server is silent for longer is cut: with 504 (UNAVAILABLE) before the first message, with
#   RST_STREAM (INTERNAL) after it, when no error page can help any more. HTTP/2 PINGs of the server
#   keep a started stream alive; those of the client do not.
# custom:
#   harm: some
#   id: NG106
#   item: 5
#   levels: {checklist: deny, evidence: "off"}
#   message: "a stream that is silent for {timeout} is cut; streams here are silent for up to {silence} ({origin})"
#   directive: grpc_read_timeout
#   fix:
#     applicability: unsafe
#     why: "{instead} is assumed: longest_silence in the settings says it"
#   variants:
#     given:
#       when: settings give longest_silence
#       levels: {checklist: deny, evidence: deny}
#       fix: {applicability: safe}
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "grpc_read_timeout is long enough only by nginx's default, {timeout}; settings ask for it in writing"
#       fix:
#         applicability: safe
#         edits: [{op: set, in: location, name: grpc_read_timeout, args: ["{instead}"]}]
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "other requests of the location are given {instead} for their bodies, too"}
package nginx.grpc.rules.read_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.streams

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, timeout.at, values) if {
	some call in _streamed
	silence := _silence(call)
	effective.value(call.location, "grpc_read_timeout") < silence.ms
	timeout := effective.setting(call.location, "grpc_read_timeout")
	instead := _instead(call, silence)
	edits := streams.silent(call, instead.text, instead.ms)
	forms := array.concat(_form(silence), streams.forms(call, edits))
	values := object.union(_values(timeout, silence), {"instead": instead.text, "edits": edits})
}

findings contains rule.fault(about, ["implicit"], call.subject, timeout.at, values) if {
	settings.defaults_must_be_written
	some call in _streamed
	silence := _silence(call)
	timeout := effective.setting(call.location, "grpc_read_timeout")
	timeout.state == "default"
	timeout.value >= silence.ms
	values := object.union(_values(timeout, silence), {"instead": timeout.written})
}

findings contains rule.unknown(about, _form(silence), doubt) if {
	some call in _streamed
	silence := _silence(call)
	doubt := effective.doubt(call.location, "grpc_read_timeout")
}

# The one method that is known by its name to be unary.
_streamed := [call |
	some call in calls.passes
	call.location.path != "/grpc.health.v1.Health/Check"
]

# Undefined where the clients are said to stream nothing: then there is no silence to outlast.
_silence(call) := silence if {
	silence := settings.longest_silence(calls.names(call))
	silence.given
} else := silence if {
	settings.streaming(calls.names(call)) != {"none"}
	silence := settings.longest_silence(calls.names(call))
}

# _instead: the silence, or a longer one that an ignored proxy_read_timeout was meant for (NG210).
_instead(call, silence) := {"text": directive.value, "ms": directive.ms} if {
	meant := [directive |
		some directive in call.location.proxy_directives
		directive.name == "proxy_read_timeout"
		directive.ms > silence.ms
	]
	directive := meant[0]
} else := silence

_form(silence) := ["given"] if {
	silence.given
} else := []

_values(timeout, silence) := {
	"timeout": timeout.text,
	"silence": silence.text,
	"origin": settings.origin(silence),
}
