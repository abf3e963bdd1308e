# METADATA
# title: No socket of the server speaks HTTP/2
# description: |
#   A gRPC client speaks HTTP/2 from the first byte. On a plaintext socket without it nginx answers
#   400 to the client's preface; on a TLS socket the handshake ends, because no protocol is agreed on.
#   `listen ... http2` is a flag of the socket, whichever server says it. The http2 directive (1.25.1)
#   is the server's own, but on plaintext the default server of the socket decides.
# custom:
#   harm: every
#   id: NG201
#   levels: {checklist: deny, evidence: deny}
#   message: "no client can make a call: {sockets} of this server {verb} no HTTP/2"
#   directive: "{directive}"
#   fix: {applicability: safe}
#   variants:
#     shared:
#       when: other servers have the socket too
#       fix:
#         applicability: unsafe
#         why: "all servers on {address} take HTTP/2 then"
#     plaintext:
#       when: it is without TLS, and nginx may be older than 1.25.1
#       fix:
#         applicability: unsafe
#         why: "before nginx 1.25.1 {address} then takes no HTTP/1.1 any more: whoever else comes there needs a socket of its own"
#     web:
#       when: it is without TLS, answers other requests too, and nginx may be older than 1.25.1
#       fix:
#         applicability: manual
#         why: "where gRPC comes: before nginx 1.25.1 a plaintext socket with http2 takes no HTTP/1.1, and {address} answers other requests too. A listen of its own for gRPC (listen PORT http2), or settings that say which nginx it is: from 1.25.1 on http2 on takes both"
#     default:
#       when: it is without TLS, and its default server is another
#       fix:
#         applicability: unsafe
#         why: "on plaintext the default server of {address} decides, which is {default}: it takes HTTP/2 then, too"
#     udp:
#       when: all sockets are for QUIC
#       fix:
#         applicability: manual
#         why: "on which port calls come by TCP: listen PORT ssl beside it, with http2"
#     browsers:
#       when: headers for browsers stand in its gRPC locations (NG217)
#       message: "no gRPC client can make a call: {sockets} of this server {verb} no HTTP/2. Headers for browsers stand in it: they speak gRPC-Web, which grpc_pass does not translate, with or without HTTP/2"
#       fix:
#         applicability: manual
#         why: "who comes: for browsers a proxy that translates gRPC-Web (NG217), for gRPC clients HTTP/2 on {sockets}"
#     quic:
#       when: there is a QUIC socket
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "only clients that speak gRPC over HTTP/3 can make a call: {sockets} of this server {verb} no HTTP/2"
#   versions: "1.25.1: http2 on; before, listen ... http2"
package nginx.grpc.rules.http2_listener

import data.nginx.grpc.lib.browsers
import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, entry.subject, mended[0], values) if {
	some entry in calls.servers
	_with_grpc[entry.number]
	not _speaks(entry.server, {"yes", "unknown"})
	mended := _mended(entry.server.listens)
	forms := array.concat(array.concat(_changes(entry, mended), _browsers(entry.number)), _quic(entry.server))
	values := {
		"sockets": concat(", ", [listen.address | some listen in entry.server.listens]),
		"verb": _verb(entry.server.listens),
		"address": mended[0].address,
		"default": _default_words(mended[0]),
		"directive": _directive,
		"edits": _edits(entry, mended),
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.servers
	_with_grpc[entry.number]
	not _speaks(entry.server, {"yes"})
	some listen in entry.server.listens
	listen.speaks_http2 == "unknown"
	doubt := _doubt(entry.server, listen)
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.passes
	_is_dialect(call)
	not _speaks(call.server, {"yes"})
	target := call.location.target
	doubt := {
		"at": target,
		"reason": concat(" ", ["grpc_pass", target.text, target.options, "is not nginx's own, and may take calls over HTTP/1.1"]),
		"hint": concat("", ["listen ", call.server.listens[0].address, " http2;   # for clients that speak gRPC"]),
	}
}

# A module that translates gRPC-Web takes calls over HTTP/1.1.
_with_grpc := {call.number |
	some call in array.concat(calls.passes, calls.others)
	not effective.is_on(call.location, "grpc_web")
	not _is_dialect(call)
}

# nginx's own grpc_pass has one argument; that of Google's Extensible Service Proxy, which makes gRPC
# of JSON over HTTP/1.1, can have a second.
_is_dialect(call) if call.location.target.options != ""

_speaks(server, words) if {
	some listen in server.listens
	listen.speaks_http2 in words
}

_quic(server) := ["quic"] if {
	some listen in server.listens
	listen.quic
} else := []

_browsers(number) := ["browsers"] if {
	browsers.numbers[number]
} else := []

_verb(listens) := "speaks" if {
	count(listens) == 1
} else := "speak"

# _mended: the sockets that are to speak HTTP/2: with TLS where there are such, on the port of the
# first; that of nginx's default where there is no listen.
_mended(listens) := _on_one_port([listen | some listen in listens; _is_tls(listen)]) if {
	some listen in listens
	_is_tls(listen)
} else := _on_one_port([listen | some listen in listens; not listen.quic]) if {
	some listen in listens
	not listen.quic
} else := listens

_is_tls(listen) if {
	listen.ssl
	not listen.quic
}

_on_one_port(listens) := [listen | some listen in listens; listen.port == listens[0].port]

_has_directive if versions.at_least("1.25.1")

_directive := "http2" if {
	_has_directive
} else := "listen"

# _changes: what else an edit changes.
_changes(entry, mended) := ["udp"] if {
	mended[0].quic
} else := ["default"] if {
	_has_directive
	not mended[0].ssl
	mended[0]["default"] != entry.number
} else := [] if {
	_has_directive
} else := ["web"] if {
	some listen in mended
	not listen.ssl
	listen.mixed
} else := ["plaintext"] if {
	not mended[0].ssl
} else := ["shared"] if {
	some listen in mended
	object.get(_numbers, listen.socket, set()) != {entry.number}
} else := []

# _numbers of the servers on each socket. Asked for as a whole, it is made once, not for each socket.
_numbers[listen.socket] contains number if {
	some number, server in input.servers
	some listen in server.listens
}

_default_words(listen) := concat("", [server.name, " (", server.file, ":", format_int(server.line, 10), ")"]) if {
	server := input.servers[listen["default"]]
}

# _edits: http2 on for the server, and the default servers that decide on plaintext; or, where nginx
# may not have it, the parameter beside what the listen says.
_edits(entry, mended) := [fix.setting(server, "http2", ["on"]) |
	some number in array.concat([entry.number], _deciding(entry.number, mended))
	server := input.servers[number]
	not effective.is_on(server, "http2")
] if {
	_has_directive
} else := [_with_parameter(entry.server, listen) | some listen in mended]

_deciding(number, mended) := sort({listen["default"] |
	some listen in mended
	not listen.ssl
	listen["default"] != number
})

_with_parameter(server, listen) := fix.adding(server, "listen", [listen.address, "http2"], []) if {
	listen.implicit
} else := fix.replacing(listen, "listen", "listen", array.concat(listen.args, ["http2"]))

_doubt(server, listen) := effective.gap_doubt(server) if {
	effective.hidden(server)
} else := {
	"at": listen,
	"reason": concat("", ["whether ", listen.address, " speaks HTTP/2 is not seen"]),
	"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
}
