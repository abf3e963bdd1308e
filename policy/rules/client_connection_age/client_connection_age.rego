# METADATA
# title: Client connections end after few calls
# description: |
#   After keepalive_requests calls, 1000 by default, nginx ends a client's connection with GOAWAY. Calls
#   that are on their way then are refused: grpc-go sends them once more by itself, C-core does so unless
#   retries are off, grpc-js and others fail them with UNAVAILABLE. The fewer requests, the more often;
#   the more calls at once, the more of them.
# custom:
#   harm: some
#   id: NG307
#   levels: {checklist: warn, evidence: warn}
#   message: "client connections end after {requests} calls: calls that are on their way then get UNAVAILABLE, in clients that do not retry"
#   directive: keepalive_requests
#   fix:
#     applicability: safe
#     edits: [{op: set, in: server, name: keepalive_requests, args: ["1000000"]}]
#   variants:
#     busy:
#       when: settings give expected_concurrency
#       message: "client connections end after {requests} calls, and {calls} are expected at once: those on their way then get UNAVAILABLE, in clients that do not retry"
package nginx.grpc.rules.client_connection_age

import data.nginx.grpc.lib.connections
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, form.names, entry.subject, requests.at, values) if {
	some entry in connections.servers
	form := _form(entry)
	requests := effective.setting(entry.server, "keepalive_requests")
	values := object.union(form.values, {"requests": requests.text})
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in connections.servers
	_matters(entry)
	doubt := effective.doubt(entry.server, "keepalive_requests")
}

# What a part of a configuration does not show is nginx's default, unless somebody asks.
_matters(entry) if {
	entry.server.directives.keepalive_requests
} else if {
	settings.largest(entry.names, "expected_concurrency")
}

_form(entry) := {"names": ["busy"], "values": {"calls": format_int(calls, 10)}} if {
	effective.value(entry.server, "keepalive_requests") <= 1000
	calls := settings.largest(entry.names, "expected_concurrency")
} else := {"names": [], "values": {}} if {
	effective.value(entry.server, "keepalive_requests") < 1000
}
