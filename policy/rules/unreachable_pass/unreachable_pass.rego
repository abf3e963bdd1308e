# METADATA
# title: Calls do not get as far as grpc_pass
# description: |
#   Before the content handler come the server's and the location's rewrites and returns, the rules
#   of access, try_files; and another location may take the call, or another handler. A finding is
#   made where no gRPC call, a POST with `te: trailers` and application/grpc, can come through:
#   neither here nor from where nginx sends it. What depends on the client's address, its metadata or
#   an authorization server is nobody's fault, and no finding.
#   The client sees what the refusal says (404 is UNIMPLEMENTED), or PERMISSION_DENIED.
# custom:
#   harm: every
#   id: NG209
#   levels: {checklist: deny, evidence: deny}
#   message: "{what} answers every call: none reaches the server"
#   directive: "{directive}"
#   fix: {applicability: manual, why: "take {text} away, or put it into an if that calls do not meet: if ($request_method != POST) { ... }"}
#   variants:
#     rewrite:
#       when: a rewrite redirects, and no gRPC client follows
#       message: "{what} answers every call with {code}: no gRPC client follows a redirect"
#     access:
#       when: allow and deny, or the answer of an auth_request, let nobody in
#       message: "{what} refuses every call with {code}: none reaches the server"
#       fix: {why: "let those clients in that are meant to: allow with their addresses before deny all"}
#     auth:
#       when: an auth_request gets the same answer for every call
#       message: "auth_request is answered by {what} for every call: none reaches the server"
#       fix: {why: "auth_request to a server that decides, or satisfy any beside allow"}
#     methods:
#       when: limit_except leaves out POST
#       message: "{what} keeps POST from grpc_pass, and every gRPC call is a POST"
#       fix:
#         applicability: unsafe
#         why: "POST is let in"
#     try_files:
#       when: try_files ends in a status
#       message: "{what} answers every call with {code}: no file has the name of a gRPC method"
#       fix: {why: "take try_files away, or let it end in a named location with grpc_pass"}
#     internal:
#       when: the location is internal, and nothing leads to it
#       message: "the location is internal and nothing leads calls to it: 404"
#       fix: {why: "take internal away, or lead calls here: rewrite ... last"}
#     unused:
#       when: nothing leads to a named location
#       message: "nothing leads calls to {location}: its grpc_pass is never used"
#       fix: {why: "try_files $uri {location}; in the location that calls come to, or take it away"}
#     handler:
#       when: another content handler is in effect
#       message: "{what} is the handler of these calls: no grpc_pass is reached"
#       fix: {why: "grpc_pass alone in the location that calls come to"}
#     files:
#       when: calls are sent to a location without a handler
#       message: "calls are sent to {what}, which has no handler: {code}"
#       fix: {why: "grpc_pass in {what}"}
#     down:
#       when: every server of the upstream is down, or drained
#       message: "every server of {what} is down or drained: each call gets {code}"
#       fix: {why: "take down or drain away from a server"}
#     cycle:
#       when: redirects lead in a circle
#       message: "{what} sends every call around until nginx gives up: {code}"
#       fix: {why: "rewrite ... break keeps a call in the location"}
#     nowhere:
#       when: calls are sent where no location is
#       message: "calls are sent to a path or name that no location has: {code}"
#       fix: {why: "a location for it, or rewrite ... break"}
#     name:
#       when: another server has one of several names on the same sockets
#       levels: {checklist: warn, evidence: warn}
#       message: "calls by the name {name} go to another server, which has it on the same sockets and passes none on"
#       fix: {why: "the name in one server alone: nginx takes the first and ignores it here"}
#     taken:
#       when: nginx always chooses another location
#       message: "{what} takes every call that this location is for, and passes none on"
#       fix: {why: "this location before it, or location ^~"}
#     server:
#       when: another server has the name on the same socket
#       message: "another server answers for every name of this one, and passes no call on"
#       fix: {why: "a server_name of its own, or default_server on its listen"}
#     tls:
#       when: no TLS handshake of a gRPC client can succeed
#       message: "{what} lets no gRPC client finish a TLS handshake: none reaches the server"
#       fix: {why: "ssl_reject_handshake off, ssl_protocols TLSv1.2 TLSv1.3"}
#     ciphers:
#       when: no cipher is one that C-core and grpc-go offer, and there is no TLS 1.3
#       message: "{what} has no cipher for TLS 1.2 that C-core or grpc-go offers: they end each handshake"
#       fix: {why: "ECDHE with GCM among them, or ssl_protocols TLSv1.2 TLSv1.3"}
#     groups:
#       when: no group is one that C-core and grpc-go offer
#       message: "{what} has no group that C-core or grpc-go offers: they end each handshake"
#       fix: {why: "X25519:prime256v1, or ssl_ecdh_curve auto"}
#     bind:
#       when: grpc_bind has an address of another kind than the server
#       message: "{what} is an address from which no connection to this server can be made: each call gets {code}"
#       fix: {why: "{directive} off, or an address of the server's kind (IPv4 or IPv6; for a Unix socket none)"}
#     socket:
#       when: the path of a Unix socket has a colon or a slash behind it
#       message: "{what}: nginx takes the colon or slash for a part of the socket's path, for no URI follows in gRPC: each call gets {code}"
#       fix: {why: "unix: and the path of the socket alone"}
#     peer:
#       when: calls are passed to a listener of this configuration that takes none
#       message: "calls are passed on to {what} of this configuration, which does not take them so: each gets {code}"
#       fix: {why: "grpcs:// to a listen with ssl and grpc:// to one without; HTTP/2 there, and no proxy_protocol"}
#     loop:
#       when: calls are passed to the location that passes them on
#       message: "{what} leads back to this very server: each call goes around until nginx has no connections left"
#       fix: {why: "the address of the gRPC server, which is not one that nginx listens on"}
#     path:
#       when: a rewrite leaves calls with a path that is none of a method
#       message: "{what}: calls go on with a path that is no method, and the server answers UNIMPLEMENTED"
#       fix: {why: "the method in the new path: rewrite ^/prefix(/.*)$ $1 break"}
#     unmatched:
#       when: no call has a path that the location is for
#       message: "no call ever has a path that location {location} is for: they have /package.Service/Method"
#       fix: {why: "the path of a service, /package.Service/, or /"}
#     values:
#       when: an if without grpc_pass is in effect, behind one that has it
#       message: "if ({condition}) is in effect for every call and has no grpc_pass: nginx answers with {code} (no upstream configuration)"
#       fix: {why: "grpc_pass in the location itself, or in if ({condition}) as well"}
#     page:
#       when: an error page turns calls into a GET
#       message: "calls come here by an error page only, which makes a GET of them"
#       fix: {why: "error_page with a named location keeps the method"}
#     own:
#       when: the return is the location's own
#       fix:
#         applicability: unsafe
#         why: "calls and all else that comes here go to grpc_pass from then on"
#         edits: [{op: remove, at: at, was: return}]
package nginx.grpc.rules.unreachable_pass

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(location), subject, stop, values) if {
	some server in input.servers
	some location in server.locations
	stop := location.arrival.stop
	_has_pass(location)
	subject := {"server": server.name, "location": location.name, "upstream": "", "node": location}
	values := {
		"what": _what(stop),
		"text": stop.text,
		"code": format_int(stop.code, 10),
		"location": location.name,
		"condition": stop.condition,
		"directive": split(stop.text, " ")[0],
		"edits": _edits(stop),
	}
}

findings contains rule.fault(about, ["name"], subject, lost, values) if {
	some server in input.servers
	some location in server.locations
	lost := location.arrival.lost
	subject := {"server": server.name, "location": location.name, "upstream": "", "node": location}
	values := {
		"name": lost.name,
		"what": "",
		"text": "",
		"code": "",
		"location": location.name,
		"condition": "",
		"directive": "server_name",
		"edits": [],
	}
}

# One thing decides for all calls, and it is not seen.
findings contains rule.unknown(about, [], shown) if {
	some server in input.servers
	some location in server.locations
	doubt := location.arrival.doubt
	[before, behind, hint] := _doubted[doubt.kind]
	shown := {"at": doubt, "reason": concat("", [before, doubt.text, behind]), "hint": hint}
}

_doubted := {
	"asked_file": ["auth_request is answered from files of ", ", which are not seen: without one each call gets 500", "a location whose proxy_pass or return decides"],
	"asked_get": ["auth_request goes on as a GET by ", ", which a gRPC server refuses: each call gets 500 then", "a location whose proxy_pass or return decides"],
	"slashes": ["", " leaves // before the path: no gRPC server has such a method, and each call gets UNIMPLEMENTED", "one slash: rewrite ^/prefix/(.*)$ /$1 break"],
	"linked": ["", " wants a hash in the path, and the path of a call is that of its method", "auth_request, or a certificate that clients have"],
}

# What code of a module does with a call is not seen.
findings contains rule.unknown(about, [], doubt) if {
	some server in input.servers
	some location in server.locations
	location.replaced_grpc_pass
	location.arrival.answer == "unknown"
	location.handler != "proxy_pass"
	doubt := {
		"at": location,
		"reason": concat("", [location.handler, " takes the place of grpc_pass in location ", location.name, ", and what it does is not seen"]),
		"hint": "grpc_pass alone in the location that calls come to",
	}
}

# Where there is none, NG207 speaks.
_has_pass(location) if {
	location.grpc.carries == "pass"
} else if {
	location.arrival.stop.kind == "handler"
} else if _in_an_if[location.id]

_in_an_if := {location.parent |
	some server in input.servers
	some location in server.locations
	location.modifier == "if"
	location.grpc.carries == "pass"
}

_forms(location) := ["own"] if {
	location.grpc.carries == "pass"
	fix.place(location.return) == fix.place(location.arrival.stop)
} else := [] if {
	location.arrival.stop.kind == "return"
} else := [location.arrival.stop.kind]

_edits(stop) := [fix.replacing(stop, "limit_except", "limit_except", array.concat(_methods(stop.text), ["POST"]))] if {
	stop.kind == "methods"
} else := [fix.removing(stop, "return")]

_methods(text) := array.slice(words, 1, count(words)) if words := split(text, " ")

_what(stop) := stop.text if {
	stop.condition == ""
} else := concat("", ["if (", stop.condition, ") { ", stop.text, "; }"])
