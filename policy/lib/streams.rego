# METADATA
# title: Streams
# description: >-
#   How long a stream may be silent, and what lets it. After grpc_read_timeout it is
#   client_body_timeout that ends a stream of the client: both are set at once.
package nginx.grpc.lib.streams

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.settings

# upwards: whether clients stream: ["given"] where settings say so, [] where nobody says. Undefined
# where they are said to stream nothing, or speak gRPC-Web, in which they can't.
upwards(call) := _given if {
	some kind in settings.streaming(calls.names(call))
	_upwards[kind]
} else := [] if {
	settings.streaming(calls.names(call)) == set()
	not effective.is_on(call.location, "grpc_web")
}

_given := ["given"]

_upwards := {"client", "bidi"}

# silent: the edits with which a stream can be silent for this long.
silent(call, text, ms) := [read, body] if {
	read := fix.setting(call.subject.nodes.location, "grpc_read_timeout", [text])
	_ends_streams_of_clients(call, ms)
	body := fix.setting(call.subject.nodes.location, "client_body_timeout", [text])
} else := [fix.setting(call.subject.nodes.location, "grpc_read_timeout", [text])]

_ends_streams_of_clients(call, ms) if {
	_ = upwards(call)
	effective.value(call.location, "client_body_timeout") < ms
}

# forms: what differs in the wording where such edits hold for other requests as well.
forms(call, edits) := ["mixed"] if {
	count(edits) > 1
	call.subject.nodes.location.mixed
} else := []
