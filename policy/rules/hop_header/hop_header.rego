# METADATA
# title: A header of one hop is set for the gRPC server
# description: |
#   HTTP/2 has no Connection header, and grpc-go refuses every call that carries one (RST_STREAM
#   PROTOCOL_ERROR, 502 for the client). C-core servers want `TE: trailers`, which nginx sends by
#   itself: with `grpc_set_header TE ""` they refuse every call. `Connection ""` is harmless.
# custom:
#   harm: every
#   id: NG214
#   levels: {checklist: deny, evidence: deny}
#   message: "grpc_set_header {name} {value} makes {server} servers refuse every call"
#   directive: grpc_set_header
#   fix: {applicability: safe}
package nginx.grpc.rules.hop_header

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, header, values) if {
	some call in calls.passes
	some header in _hop_headers[call.location.grpc_set_header]
	server := _refusing(header)
	values := {
		"name": header.name,
		"value": _shown(header),
		"server": server,
		"edits": [_edit(call.location.grpc_set_header, header)],
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.passes
	some header in _hop_headers[call.location.grpc_set_header]
	not _is_known(header)
	doubt := {
		"at": header,
		"reason": concat("", ["grpc_set_header ", header.name, " ", header.value, " may be empty or not"]),
		"hint": concat("", ["remove grpc_set_header ", header.name]),
	}
}

findings contains rule.unknown(about, [], effective.gap_doubt(call.location)) if {
	some call in calls.passes
	_hidden(call.location)
}

# Once for each list, not for each of the locations that inherit it.
_hop_headers := {index: headers |
	some index, list in input.header_lists
	headers := [header | some header in list.headers; _hop_names[lower(header.name)]]
}

_hop_names := {"connection", "te"}

_refusing(header) := "grpc-go" if {
	lower(header.name) == "connection"
	_sent(header) != ""
} else := "C-core" if {
	lower(header.name) == "te"
	_sent(header) == ""
}

# Without one of its own a context takes those of the contexts around it: the last one stays, and
# says what nginx says by itself.
_edit(index, header) := fix.removing(header, "grpc_set_header") if {
	some other in input.header_lists[index].headers
	not _refusing(other)
} else := fix.replacing(header, "grpc_set_header", "grpc_set_header", [header.name, own]) if {
	own := {"connection": "", "te": "trailers"}[lower(header.name)]
}

# _sent: what a gRPC client's call is given; undefined where that is not known.
_sent(header) := sent if {
	sent := header.sent
} else := header.value if {
	contains(header.value, "$") == false
}

_is_known(header) if _ = _sent(header)

_shown(header) := concat("", ["\"", header.value, "\""]) if {
	not header.sent
} else := concat("", ["\"", header.sent, "\" (", header.value, " where no client says more)"])

_hidden(location) if {
	object.get(location, "grpc_set_header", -1) < 0
	effective.hidden(location)
} else if {
	input.header_lists[location.grpc_set_header].complete == false
}
