# METADATA
# title: Client connections end after few calls
# description: |
#   After keepalive_requests calls, 1000 by default, nginx ends a client's connection with GOAWAY. Calls
#   that are on their way then are refused: grpc-go sends them once more by itself, C-core does so unless
#   retries are off, grpc-js and others fail them with UNAVAILABLE. The fewer requests, the more often;
#   the more calls at once, the more of them. With keepalive_requests 1 or 0, keepalive_timeout 0 or
#   keepalive_time 0 every connection ends with its first call. http2_max_concurrent_streams is how
#   many calls a connection has at a time; the others wait in the client, with 0 until their deadline.
# custom:
#   harm: some
#   id: NG307
#   levels: {checklist: warn, evidence: warn}
#   message: "client connections end after {requests} calls: calls that are on their way then get UNAVAILABLE, in clients that do not retry"
#   directive: "{directive}"
#   fix:
#     applicability: safe
#     edits: [{op: set, in: server, name: keepalive_requests, args: ["1000000"]}]
#   variants:
#     first:
#       when: it ends with the first call
#       levels: {checklist: deny, evidence: deny}
#       message: "client connections end after the first call ({directive} {said}): of calls at once most get UNAVAILABLE, in clients that do not retry"
#       fix: {applicability: safe}
#     closed:
#       when: no call is let in
#       levels: {checklist: deny, evidence: deny}
#       message: "http2_max_concurrent_streams 0 lets no call in: clients wait until their deadline"
#       fix: {applicability: safe}
#     one_by_one:
#       when: one call is let in at a time
#       message: "http2_max_concurrent_streams 1 lets one call at a time through a connection: behind a stream all others wait"
#       fix: {applicability: safe}
#     busy:
#       when: settings give expected_concurrency
#       message: "client connections end after {requests} calls, and {calls} are expected at once: those on their way then get UNAVAILABLE, in clients that do not retry"
package nginx.grpc.rules.client_connection_age

import data.nginx.grpc.lib.connections
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, form.names, entry.subject, requests.at, values) if {
	some entry in connections.servers
	form := _form(entry)
	requests := effective.setting(entry.server, "keepalive_requests")
	values := object.union(form.values, {
		"requests": requests.text,
		"directive": "keepalive_requests",
		"edits": [fix.setting(entry.server, "keepalive_requests", ["1000000"])],
	})
}

findings contains rule.fault(about, [limit.form], entry.subject, said.at, values) if {
	some entry in connections.servers
	some limit in _limits
	effective.value(entry.server, limit.directive) <= limit.most
	effective.value(entry.server, limit.directive) >= limit.least
	said := effective.setting(entry.server, limit.directive)
	values := {
		"directive": limit.directive,
		"said": said.written,
		"edits": [fix.setting(entry.server, limit.directive, [limit.instead])],
	}
}

_limits := [
	{"directive": "keepalive_requests", "least": 0, "most": 1, "form": "first", "instead": "1000000"},
	{"directive": "keepalive_timeout", "least": 0, "most": 0, "form": "first", "instead": "75s"},
	{"directive": "keepalive_time", "least": 0, "most": 0, "form": "first", "instead": "1h"},
	{"directive": "http2_max_concurrent_streams", "least": 0, "most": 0, "form": "closed", "instead": "128"},
	{"directive": "http2_max_concurrent_streams", "least": 1, "most": 1, "form": "one_by_one", "instead": "128"},
]

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
	effective.value(entry.server, "keepalive_requests") > 1
	calls := settings.largest(entry.names, "expected_concurrency")
} else := {"names": [], "values": {}} if {
	effective.value(entry.server, "keepalive_requests") < 1000
	effective.value(entry.server, "keepalive_requests") > 1
}
