# METADATA
# title: A header makes the gRPC server refuse calls
# description: |
#   nginx sends what grpc_set_header says as it stands, and gRPC servers are strict about some of it.
#   HTTP/2 has no Connection header, and grpc-go refuses every call that carries one (RST_STREAM
#   PROTOCOL_ERROR, 502 for the client). C-core servers want `TE: trailers`, which nginx sends by
#   itself: with any other TE, or none, they refuse every call. Without Host, or with two, every
#   server does; without a Content-Type of gRPC grpc-go does; a `-bin` header that is no base64, a
#   grpc-timeout that is none, a name that HTTP/2 does not have (`:path`, `x y`) end every call.
#   grpc-timeout and grpc-encoding tell of the call itself: said here, they are wrong for it. An
#   empty value only takes a header away: `Connection ""` is harmless.
# custom:
#   harm: every
#   id: NG214
#   levels: {checklist: deny, evidence: deny}
#   message: "grpc_set_header {name} {value} makes {server} servers refuse every call"
#   directive: grpc_set_header
#   fix: {applicability: safe}
#   variants:
#     over:
#       when: the header says that the call's time is over
#       message: "grpc_set_header {name} {value} leaves no call any time: DEADLINE_EXCEEDED"
#     deadline:
#       when: the header says another time than the client
#       levels: {checklist: warn, evidence: warn}
#       message: "grpc_set_header {name} {value} takes the place of the client's deadline: the server ends every call then, streams too"
#     encoding:
#       when: the header says that nothing is compressed
#       message: "grpc_set_header {name} {value} hides how a client has compressed its messages: those calls end with INTERNAL"
#     strict:
#       when: grpc-go and C-core let the header pass
#       levels: {checklist: warn, evidence: warn}
#       message: "with grpc_set_header {name} {value} a call is malformed: nginx {since}refuses it, and so may whatever stands between (grpc-go and C-core do not)"
#     input:
#       when: the headers-more module changes the request's type
#       message: "{directive} Content-Type makes {server} servers refuse every call"
#       directive: "{directive}"
#       fix: {applicability: manual, why: "take Content-Type out of {directive}"}
package nginx.grpc.rules.hop_header

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.wire

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, harm.forms, call.subject, header, values) if {
	some call in calls.passes
	some header in _watched[call.location.grpc_set_header]
	harm := _harm(call.location.grpc_set_header, header)
	values := {
		"name": header.name,
		"value": wire.shown(header),
		"server": harm.server,
		"since": harm.since,
		"edits": [_edit(call.location.grpc_set_header, header)],
	}
}

findings contains rule.fault(about, ["input"], call.subject, header, {"directive": directive, "server": "grpc-go"}) if {
	some call in calls.passes
	some directive in ["more_set_input_headers", "more_clear_input_headers"]
	some header in input.header_lists[call.location[directive]].headers
	lower(header.name) == "content-type"
	startswith(header.value, "application/grpc") == false
	contains(header.value, "$") == false
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.passes
	index := call.location.grpc_set_header
	some header in _watched[index]
	not _is_known(header)
	not _harm(index, header)
	doubt := {
		"at": header,
		"reason": concat("", ["grpc_set_header ", header.name, " ", header.value, _may_be(header)]),
		"hint": concat("", ["remove grpc_set_header ", header.name]),
	}
}

findings contains rule.unknown(about, [], effective.gap_doubt(call.location)) if {
	some call in calls.passes
	_hidden(call.location)
}

_may_be(header) := " may be empty or not" if {
	_empty_or_not[lower(header.name)]
} else := " is not known before a call comes"

_empty_or_not := {"connection", "host", "te"}

# _is_known: enough of it to judge. Host is free in what it says, as long as it says something.
_is_known(header) if {
	_ = wire.sent(header)
} else if {
	wire.own(header)
} else if {
	wire.surely_sent(header)
	lower(header.name) == "host"
} else if {
	# A host is always in it.
	input.controller == "ingress-nginx"
	header.value == "$best_http_host"
} else if _seldom[lower(header.name)]

# Of these a variable is mostly what a client never sends.
_seldom := {"content-length", "grpc-previous-rpc-attempts", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}

# Once for each list, not for each of the locations that inherit it: what may be refused.
_watched := {index: headers |
	some index, list in input.header_lists
	list.directive == "grpc_set_header"
	headers := [header | some header in list.headers; _is_watched(header)]
}

_is_watched(header) if {
	_names[lower(header.name)]
} else if {
	endswith(lower(header.name), "-bin")
} else if {
	wire.refuses_name(header.name)
} else if {
	wire.refuses_value(header.name, wire.sent(header))
}

_names := {
	"connection", "content-length", "content-type", "grpc-encoding", "grpc-previous-rpc-attempts",
	"grpc-timeout", "host", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
}

# _harm: what the header does. Undefined where that is nothing, or is not known.
_harm(index, header) := _refused(server) if {
	server := wire.refuses_name(header.name)
	wire.surely_sent(header)
} else := _refused(server) if {
	server := wire.refuses_value(header.name, wire.sent(header))
} else := harm if {
	wire.sent(header) == ""
	harm := _without[lower(header.name)]
	not _said_again(index, header)
} else := harm if {
	wire.surely_sent(header)
	harm := _with[lower(header.name)]
} else := _refused("gRPC") if {
	_is_second_host(index, header)
} else := harm if {
	wire.sent(header) != ""
	harm := _value(lower(header.name), wire.sent(header))
}

# What is missed where it is taken away.
_without := {
	"te": _refused("C-core"),
	"host": _refused("gRPC"),
	"content-type": _refused("grpc-go"),
	"grpc-encoding": _form("encoding"),
}

# What has no place in a call, whatever it says.
_with := {
	"connection": _refused("grpc-go"),
	"keep-alive": _strict("from 1.31.0 "),
	"proxy-connection": _strict("from 1.31.0 "),
	"transfer-encoding": _strict("from 1.31.0 "),
	"upgrade": _strict("from 1.31.0 "),
}

_value(name, value) := _refused("C-core") if {
	name == "te"
	value != "trailers"
} else := _refused("grpc-go") if {
	name == "content-type"
	not regex.match(`^application/grpc([+;].*)?$`, value)
} else := _refused("gRPC") if {
	name == "grpc-timeout"
	not regex.match(`^[0-9]{1,8}[HMSmun]$`, value)
} else := _form("over") if {
	name == "grpc-timeout"
	regex.match(`^(0+[HMSmun]|0*[0-9]{1,2}u|0*[0-9]{1,5}n)$`, value)
} else := _form("deadline") if {
	name == "grpc-timeout"
} else := _form("encoding") if {
	name == "grpc-encoding"
	value == "identity"
} else := _refused("grpc-go") if {
	name == "grpc-encoding"
} else := _refused("C-core") if {
	name == "grpc-previous-rpc-attempts"
	not units.integer(value)
} else := _strict("") if {
	name == "content-length"
} else := _strict("") if {
	name == "host"
	regex.match(`[ /\x7f]`, value)
}

_refused(server) := {"forms": [], "server": server, "since": ""}

_form(name) := {"forms": [name], "server": "", "since": ""}

_strict(since) := {"forms": ["strict"], "server": "", "since": since}

# _said_again: a second one of the name sends what this one does not.
_said_again(index, header) if {
	some other in input.header_lists[index].headers
	lower(other.name) == lower(header.name)
	not _is_empty(other)
}

_is_empty(header) if wire.sent(header) == ""

_is_second_host(index, header) if {
	lower(header.name) == "host"
	wire.surely_sent(header)
	hosts := [host |
		some host in input.header_lists[index].headers
		lower(host.name) == "host"
		wire.surely_sent(host)
	]
	count(hosts) > 1
	hosts[0] != header
}

# Without one of its own a context takes those of the contexts around it: the last one stays, and
# says what nginx says by itself.
_edit(index, header) := fix.removing(header, "grpc_set_header") if {
	some other in input.header_lists[index].headers
	not _harm(index, other)
} else := fix.replacing(header, "grpc_set_header", "grpc_set_header", [header.name, _instead(lower(header.name))])

_instead(name) := instead if {
	instead := {"te": "trailers", "host": "$host", "content-type": "$content_type"}[name]
} else := concat("", ["$http_", replace(name, "-", "_")]) if {
	startswith(name, "grpc-")
} else := ""

_hidden(location) if {
	object.get(location, "grpc_set_header", -1) < 0
	effective.hidden(location)
} else if {
	input.header_lists[location.grpc_set_header].complete == false
}
