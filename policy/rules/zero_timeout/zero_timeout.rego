# METADATA
# title: A timeout of 0 is over at once
# description: |
#   In many programs 0 switches a timeout off. In nginx grpc_connect_timeout, grpc_read_timeout and
#   grpc_send_timeout of 0 end before the upstream can do anything: every call gets 504. On the
#   client's side client_body_timeout 0 ends every call with INTERNAL, client_header_timeout 0 closes
#   every connection, and send_timeout 0 ends answers that the client does not take at once.
# custom:
#   harm: every
#   id: NG211
#   levels: {checklist: deny, evidence: deny}
#   message: "{directive} {value} does not switch the timeout off: it is over at once, and calls get 504"
#   directive: "{directive}"
#   fix:
#     applicability: unsafe
#     why: "{instead} is {origin}"
#   variants:
#     body:
#       when: client_body_timeout waits for the client
#       message: "client_body_timeout {value} does not switch the timeout off: it is over at once, and calls get INTERNAL"
#     send:
#       when: send_timeout waits for the client
#       message: "send_timeout {value} does not switch the timeout off: it is over at once, and answers that wait for the client get INTERNAL"
#     header:
#       when: client_header_timeout waits for the client
#       message: "client_header_timeout {value} does not switch the timeout off: it is over at once, and connections are closed: calls get UNAVAILABLE"
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "other requests of the location are given {instead} for their bodies, too"}
package nginx.grpc.rules.zero_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.connections
import data.nginx.grpc.lib.defaults
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.streams

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, timeout.at, values) if {
	some call in calls.passes
	some directive, instead in _timeouts
	effective.value(call.location, directive) == 0
	timeout := effective.setting(call.location, directive)
	edits := _edits(call, directive, instead)
	forms := streams.forms(call, edits)
	values := {"edits": edits, "directive": directive, "value": timeout.written, "instead": instead, "origin": _origin(directive, instead)}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	some directive, _ in _timeouts
	doubt := effective.doubt(call.location, directive)
}

findings contains rule.fault(about, array.concat([form], calls.mixed(call)), call.subject, timeout.at, values) if {
	some call in calls.passes
	some directive, form in _of_clients
	effective.value(call.location, directive) == 0
	timeout := effective.setting(call.location, directive)
	edits := [fix.setting(call.subject.nodes.location, directive, ["60s"])]
	values := {"edits": edits, "directive": directive, "value": timeout.written, "instead": "60s", "origin": "nginx's default"}
}

findings contains rule.fault(about, ["header"], entry.subject, timeout.at, values) if {
	some entry in connections.servers
	effective.value(entry.server, "client_header_timeout") == 0
	timeout := effective.setting(entry.server, "client_header_timeout")
	edits := [fix.setting(entry.server, "client_header_timeout", ["60s"])]
	values := {"edits": edits, "directive": "client_header_timeout", "value": timeout.written, "instead": "60s", "origin": "nginx's default"}
}

_of_clients := {"client_body_timeout": "body", "send_timeout": "send"}

_edits(call, directive, instead) := streams.silent(call, instead, 86400000) if {
	directive == "grpc_read_timeout"
} else := [fix.setting(call.subject.nodes.location, directive, [instead])]

_origin(directive, instead) := "nginx's default" if {
	defaults.value[directive].text == instead
} else := "assumed"

_timeouts := {
	"grpc_connect_timeout": "5s",
	"grpc_read_timeout": "24h",
	"grpc_send_timeout": "60s",
}
