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
#   item: 0
#   levels: {checklist: deny, evidence: deny}
#   message: "no client can make a call: {sockets} of this server {verb} no HTTP/2"
#   remedy: "{instead}"
#   variants:
#     quic:
#       when: there is a QUIC socket
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "only clients that speak gRPC over HTTP/3 can make a call: {sockets} of this server {verb} no HTTP/2"
#   versions: "1.25.1: http2 on; before, listen ... http2"
#   evidence: docs/rules/NG201.md
package nginx.grpc.rules.http2_listener

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _quic(entry.server), entry.subject, entry.server.listens[0], values) if {
	some entry in calls.servers
	_with_grpc[entry.number]
	not _speaks(entry.server, {"yes", "unknown"})
	values := {
		"sockets": concat(", ", [listen.address | some listen in entry.server.listens]),
		"verb": _verb(entry.server.listens),
		"instead": _instead(entry.server.listens[0]),
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

_verb(listens) := "speaks" if {
	count(listens) == 1
} else := "speak"

_instead(listen) := "http2 on;" if {
	versions.at_least("1.25.1")
} else := concat("", ["listen ", listen.address, " http2;"])

_doubt(server, listen) := effective.gap_doubt(server) if {
	effective.hidden(server)
} else := {
	"at": listen,
	"reason": concat("", ["whether ", listen.address, " speaks HTTP/2 is not seen"]),
	"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
}
