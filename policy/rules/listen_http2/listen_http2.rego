# METADATA
# title: A spelling that this version warns of
# description: |
#   From 1.25.1 `http2 on` is a directive of its own and `listen ... http2` gets a warning at every
#   start. The http2_* limits that keepalive_requests and its kin have replaced are ignored, with a
#   warning, since 1.19.7; `ssl on` got one from 1.15.0 on, and is gone since 1.25.1. The others still
#   load; one day they will not.
# custom:
#   harm: latent
#   id: NG501
#   levels: {checklist: warn, evidence: warn}
#   message: "{name} is {state} from nginx {since} on, and this is to run on {version} ({count} in this file)"
#   directive: "{directive}"
#   fix: {applicability: safe}
#   variants:
#     replaced:
#       when: another directive has taken its place
#       message: "{name} is {state} from nginx {since} on, where {instead} says it, and this is to run on {version} ({count} in this file)"
#     rewritten:
#       when: it is the ssl directive
#       fix: {applicability: manual, why: "{instead} on each listen that takes TLS, in place of ssl on"}
#     beside:
#       when: the servers have other sockets
#       fix:
#         applicability: unsafe
#         why: "http2 on is for all sockets of a server: {others} take HTTP/2 then, too"
#   versions: "1.25.1: http2 on; 1.19.7: http2_* limits obsolete; 1.15.0: listen ... ssl"
package nginx.grpc.rules.listen_http2

import data.nginx.grpc.lib.directives
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(feature), rule.document(feature), feature, values) if {
	some feature in input.features
	old := _old[feature.name]
	versions.at_least(old.since)
	_is_there(feature)
	values := {
		"name": feature.name,
		"directive": split(feature.name, " ")[0],
		"state": old.state,
		"since": old.since,
		"version": settings.given.nginx_version,
		"count": format_int(feature.count, 10),
		"instead": old.instead,
		"others": concat(", ", sort(_others(feature))),
		"edits": _edits(feature),
	}
}

_forms(feature) := ["replaced", "rewritten"] if {
	feature.name == "ssl"
} else := ["replaced"] if {
	_old[feature.name].instead != ""
} else := ["beside"] if {
	count(_others(feature)) > 0
} else := []

# What is ignored can go. The parameter goes from all listens of the file, and every server of their
# sockets says http2 on: in the order of the text, for sets have another in each engine.
_edits(feature) := array.concat(
	[edit |
		some place in sort({[listen.line, listen.column, listen] |
			some listen in _saying[[feature.file, object.get(feature, "key", "")]]
		})
		listen := place[2]
		edit := fix.replacing(listen, "listen", "listen", [arg | some arg in listen.args; arg != "http2"])
	],
	[fix.setting(server, "http2", ["on"]) |
		some number in sort(_meant(feature))
		server := input.servers[number]
		not effective.is_on(server, "http2")
	],
) if {
	feature.name == "listen http2"
} else := [fix.removing(feature, feature.name)]

# _saying: the listens of each file that say http2.
_saying[[listen.file, object.get(listen, "key", "")]] contains listen if {
	some server in input.servers
	some listen in server.listens
	listen.http2_parameter
}

# _on: the servers of each socket. Asked for as a whole, it is made once, not for each socket.
_on[listen.socket] contains number if {
	some number, server in input.servers
	some listen in server.listens
	not listen.quic
}

_sockets(feature) := {listen.socket | some listen in _saying[[feature.file, object.get(feature, "key", "")]]}

_meant(feature) := {number | some socket in _sockets(feature); some number in object.get(_on, socket, set())}

# _others: sockets of these servers that had no HTTP/2.
_others(feature) := {listen.address |
	feature.name == "listen http2"
	sockets := _sockets(feature)
	some number in _meant(feature)
	some listen in input.servers[number].listens
	not listen.quic
	not sockets[listen.socket]
	listen.speaks_http2 != "yes"
}

# Of what the directive says, and of the parameter.
_old := object.union(directives.obsolete, {"listen http2": {"since": "1.25.1", "state": "deprecated", "instead": ""}})

# What is gone is NG502's.
_is_there(feature) if {
	not directives.gone[feature.name]
} else if versions.before(directives.gone[feature.name])
