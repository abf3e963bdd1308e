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
#   there, not beside grpc_pass. What stands in an `if` of the location holds for the calls that meet
#   its condition, in place of what the location says. The headers-more module does the same with
#   more_set_headers and more_clear_headers, and to the Content-Type and the length as well.
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
#       when: a header names the status
#       message: "{directive} grpc-status {value} takes the place of what the server says in calls that fail without a message"
#     text:
#       when: the message of errors is changed or hidden
#       levels: {checklist: warn, evidence: warn}
#       message: "{directive} {name} takes from clients what the server says of an error"
#     hidden:
#       when: what every call needs is hidden
#       message: "{directive} {name} fails every call: {clients} clients get UNKNOWN"
#     cleared:
#       when: what calls without a message need is taken away
#       message: "{directive} {name} ends calls that fail without a message with UNKNOWN or INTERNAL, whatever the server says"
#     more:
#       when: it is a directive of the headers-more module
#       fix: {applicability: manual, why: "take {name} out of {directive}, or more_set_headers -t text/html: only where no gRPC comes"}
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

findings contains rule.fault(about, array.concat(harm.forms, _outer(call, list)), call.subject, header, _values(directive, header, harm)) if {
	some call in calls.passes
	some directive in _lists
	list := input.header_lists[call.location[directive]]
	not _replaced[[call.location.id, directive]]
	some header in list.headers
	harm := _harm(directive, header)
	not _is_passed(call.location, directive, header)
}

findings contains rule.fault(about, _own(harm.forms, directive), branch.subject, header, _values(directive, header, harm)) if {
	some branch in _branches
	_surely_met(branch.location)
	some directive in _lists
	list := input.header_lists[branch.location[directive]]
	list.context == "if"
	some header in list.headers
	harm := _harm(directive, header)
}

findings contains rule.unknown(about, [], doubt) if {
	some branch in _branches
	not _surely_met(branch.location)
	some directive in _lists
	list := input.header_lists[branch.location[directive]]
	list.context == "if"
	some header in list.headers
	_harm(directive, header)
	doubt := {
		"at": header,
		"reason": concat("", ["whether calls meet ", branch.location.name, ", which says ", directive, " ", header.name, ", is not known"]),
		"hint": concat("", ["remove ", directive, " ", header.name]),
	}
}

_values(directive, header, harm) := {
	"directive": directive,
	"name": header.name,
	"value": wire.shown(header),
	"clients": harm.clients,
	"edits": [fix.removing(header, directive)],
}

# _branches: the `if`s of a location that some calls meet, and that pass them on.
_branches := [{"location": location, "subject": subject} |
	some server in input.servers
	some location in server.locations
	location.met
	location.grpc.carries == "pass"
	outer := calls.location_by_id[location.parent]
	subject := {"server": server.name, "location": outer.name, "upstream": "", "node": outer, "nodes": {"location": outer}}
]

# The paths of calls are what a condition may well ask for.
_surely_met(branch) if {
	branch.met == "every"
} else if {
	branch.condition.variable in {"$uri", "$document_uri", "$request_uri"}
}

# _replaced: what an `if` that every call meets says in place of its location.
_replaced := {[branch.location.parent, directive] |
	some branch in _branches
	branch.location.met == "every"
	some directive in ["add_header", "add_trailer"]
	input.header_lists[branch.location[directive]].context == "if"
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

_lists := ["add_header", "add_trailer", "grpc_hide_header", "more_set_headers", "more_clear_headers"]

# _harm: what the header does to calls.
_harm(directive, header) := _form("ended", "") if {
	directive == "add_trailer"
	lower(header.name) == "grpc-status"
	wire.surely_sent(header)
} else := {"forms": [], "clients": ""} if {
	directive == "add_trailer"
} else := _hidden[lower(header.name)] if {
	directive == "grpc_hide_header"
} else := _cleared(lower(header.name)) if {
	directive in {"more_set_headers", "more_clear_headers"}
	header.value == ""
} else := _form("refused", clients) if {
	clients := _refuse(header)
} else := _form("hidden", "grpc-go") if {
	directive == "more_set_headers"
	lower(header.name) == "content-type"
	startswith(wire.sent(header), "application/grpc") == false
} else := _form("hidden", "gRPC") if {
	directive == "more_set_headers"
	lower(header.name) == "content-length"
} else := _added[lower(header.name)] if {
	wire.surely_sent(header)
}

# _cleared: a name with an asterisk behind it stands for all that begin with what is before it.
_cleared(name) := _form("hidden", "grpc-go") if {
	_clears(name, "content-type")
} else := _form("cleared", "") if {
	some needed in ["grpc-status", "content-length"]
	_clears(name, needed)
} else := _hidden[name] if {
	name != "grpc-status"
}

_clears(name, needed) if {
	name == needed
} else if {
	endswith(name, "*")
	startswith(needed, trim_suffix(name, "*"))
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
	clients := wire.refuses_name(header.name)
	wire.surely_sent(header)
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

_outer(call, list) := ["more"] if {
	startswith(list.directive, "more_")
} else := [] if {
	list.context == "location"
	not call.subject.nodes.location.mixed
} else := ["outer"]

_own(forms, directive) := array.concat(forms, ["more"]) if {
	startswith(directive, "more_")
} else := array.concat(forms, ["outer"])
