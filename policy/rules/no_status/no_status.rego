# METADATA
# title: A code of gRPC where a status of HTTP belongs
# description: |
#   `return 12 "..."` does not send UNIMPLEMENTED: nginx sends HTTP status 012, which is none, and every
#   client makes UNKNOWN of it. gRPC's own code goes into the header grpc-status, under HTTP status 200.
#   An error page that sends a grpc-status of its own is none of this rule: its HTTP status is not
#   looked at.
# custom:
#   harm: every
#   id: NG219
#   levels: {checklist: deny, evidence: deny}
#   message: "return {code} sends HTTP status {code}, which is none: every call that comes here gets UNKNOWN, not gRPC's code {code}"
#   directive: return
#   fix:
#     applicability: manual
#     why: "HTTP status 200 of type application/grpc with the header grpc-status {code}; return 404 is UNIMPLEMENTED as well"
#   variants:
#     location:
#       when: it stands in a location itself
#       fix:
#         applicability: unsafe
#         why: who does not speak gRPC gets 200 here as well
#         edits:
#           - {op: set, in: location, name: default_type, args: [application/grpc]}
#           - {op: add, in: location, name: add_header, args: [grpc-status, "{code}"]}
#           - {op: replace, at: at, was: return, name: return, args: ["200"]}
#     no_code:
#       when: the code is none of gRPC's either
#       message: "return {code} sends HTTP status {code}, which is none: every call that comes here gets UNKNOWN"
#       fix:
#         applicability: unsafe
#         why: 404 is UNIMPLEMENTED to a client of gRPC
#         edits: [{op: replace, at: at, was: return, name: return, args: ["404"]}]
package nginx.grpc.rules.no_status

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(answer, _place(location)), subject, answer, _values(answer)) if {
	some server in _servers
	some location in server.locations
	not _is_page(location)
	answer := location.return
	answer.code < 100
	subject := {"server": server.name, "location": location.name, "upstream": "", "node": location, "nodes": {"location": location}}
}

findings contains rule.fault(about, _forms(answer, []), subject, answer, _values(answer)) if {
	some server in _servers
	some answer in server.returns
	answer.code < 100
	subject := {"server": server.name, "location": "", "upstream": "", "node": server, "nodes": {}}
}

# Where gRPC comes, or can: a client of it speaks HTTP/2.
_servers := [server |
	some number, server in input.servers
	_may_be_called(number)
]

_may_be_called(number) if {
	_numbers[number]
} else if {
	some listen in input.servers[number].listens
	listen.speaks_http2 != "no"
}

_numbers := {entry.number | some entry in calls.servers}

# What answers errors alone: NG110 speaks of it.
_is_page(location) if {
	location.internal
} else if {
	location.modifier == "@"
} else if {
	_pages[location.id]
}

_pages := {page.location | some server in input.servers; some page in server.pages}

# An if takes no default_type.
_place(location) := [] if {
	location.modifier == "if"
} else := ["location"]

_forms(answer, place) := place if {
	answer.code >= 1
	answer.code <= 16
} else := ["no_code"]

_values(answer) := {"code": format_int(answer.code, 10)}
