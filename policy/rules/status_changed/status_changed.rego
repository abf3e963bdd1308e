# METADATA
# title: The server's status does not reach the client
# description: |
#   A call of gRPC ends with grpc-status: in the trailers, or, where there is no message (most errors),
#   in the only header. With add_trailer nginx sends trailers to that answer as well, and clients look
#   for grpc-status there: whatever the server said becomes UNKNOWN or INTERNAL, with any trailer, also
#   an empty one. A grpc-status that nginx adds takes the place of the server's own, and one that it
#   hides is missed in every call; grpc-go wants the Content-Type, too. A `-bin` header that is no
#   base64, a name that HTTP/2 does not have, a TE or grpc-encoding that is not the server's end calls
#   that were answered well. In a location of error pages add_header grpc-status is right: it belongs
#   there, not beside grpc_pass.
# custom:
#   harm: some
#   id: NG221
#   levels: {checklist: deny, evidence: deny}
#   message: "add_trailer {name} takes the status from calls that fail without a message: whatever the server says, they end with UNKNOWN or INTERNAL"
#   directive: "{directive}"
#   fix: {applicability: safe}
#   variants:
#     outer:
#       when: it stands outside of the location
#       fix: {applicability: unsafe, why: "whatever else inherits it is changed as well"}
#     ended:
#       when: add_trailer names the status
#       message: "add_trailer grpc-status {value} ends every call, whatever the server says"
#     replaced:
#       when: add_header names the status
#       message: "add_header grpc-status {value} takes the place of what the server says in calls that fail without a message"
#     text:
#       when: the message of errors is changed or hidden
#       levels: {checklist: warn, evidence: warn}
#       message: "{directive} {name} takes from clients what the server says of an error"
#     hidden:
#       when: what every call needs is hidden
#       message: "grpc_hide_header {name} fails every call: {clients} clients get UNKNOWN"
#     encoding:
#       when: the encoding of messages is changed or hidden
#       message: "{directive} {name} hides how the server has compressed its messages: clients can't read those"
#     refused:
#       when: clients refuse the header itself
#       message: "{directive} {name} {value} fails every call: {clients} clients refuse it"
package nginx.grpc.rules.status_changed

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.wire

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, array.concat(harm.forms, _outer(call, list)), call.subject, header, values) if {
	some call in calls.passes
	some directive in _lists
	list := input.header_lists[call.location[directive]]
	some header in list.headers
	harm := _harm(directive, header)
	not _is_passed(call.location, directive, header)
	values := {
		"directive": directive,
		"name": header.name,
		"value": wire.shown(header),
		"clients": harm.clients,
		"edits": [fix.removing(header, directive)],
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.passes
	some header in input.header_lists[call.location.add_header].headers
	_is_doubtful(header)
	doubt := {
		"at": header,
		"reason": concat("", ["add_header ", header.name, " ", header.value, " is not known before a call comes"]),
		"hint": concat("", ["remove add_header ", header.name]),
	}
}

findings contains rule.unknown(about, [], effective.gap_doubt(call.location)) if {
	some call in calls.passes
	some directive in _lists
	input.header_lists[call.location[directive]].complete == false
}

_lists := ["add_header", "add_trailer", "grpc_hide_header"]

# _harm: what the header does to calls.
_harm(directive, header) := _form("ended", "") if {
	directive == "add_trailer"
	lower(header.name) == "grpc-status"
	wire.surely_sent(header)
} else := {"forms": [], "clients": ""} if {
	directive == "add_trailer"
} else := _hidden[lower(header.name)] if {
	directive == "grpc_hide_header"
} else := _form("refused", clients) if {
	directive == "add_header"
	clients := _refuse(header)
} else := _added[lower(header.name)] if {
	directive == "add_header"
	wire.surely_sent(header)
}

_hidden := {
	"grpc-status": _form("hidden", "gRPC"),
	"content-type": _form("hidden", "grpc-go"),
	"grpc-encoding": _form("encoding", ""),
	"grpc-message": _form("text", ""),
	"grpc-status-details-bin": _form("text", ""),
}

_added := {
	"grpc-status": _form("replaced", ""),
	"grpc-encoding": _form("encoding", ""),
	"grpc-message": _form("text", ""),
	"grpc-status-details-bin": _form("text", ""),
}

_form(name, clients) := {"forms": [name], "clients": clients}

_refuse(header) := clients if {
	wire.surely_sent(header)
	clients := wire.refuses_name(header.name)
} else := clients if {
	clients := wire.refuses_value(header.name, wire.sent(header))
} else := "C-core" if {
	lower(header.name) == "te"
	wire.sent(header) != ""
	wire.sent(header) != "trailers"
}

_is_doubtful(header) if {
	contains(header.value, "$")
	not _harm("add_header", header)
	_may_harm(header)
}

_may_harm(header) if {
	_added[lower(header.name)]
} else if {
	endswith(lower(header.name), "-bin")
} else if {
	wire.refuses_name(header.name)
} else if {
	lower(header.name) == "te"
}

# _is_passed: grpc_pass_header takes back what hides.
_is_passed(location, directive, header) if {
	directive == "grpc_hide_header"
	some passed in input.header_lists[location.grpc_pass_header].headers
	lower(passed.name) == lower(header.name)
}

_outer(call, list) := [] if {
	list.context == "location"
	not call.subject.nodes.location.mixed
} else := ["outer"]
