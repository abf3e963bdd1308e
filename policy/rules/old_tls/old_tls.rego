# METADATA
# title: TLS below 1.2 is named
# description: |
#   TLS 1.0 and 1.1 are withdrawn (RFC 8996), and HTTP/2 requires 1.2 or later, so no gRPC client needs
#   them. Named beside 1.2 they let an old client in, or a downgrade.
# custom:
#   harm: latent
#   id: NG404
#   levels: {checklist: warn, evidence: warn}
#   security: 5.3
#   message: "{directive} names {versions}, which no gRPC client needs"
#   directive: "{directive}"
#   fix:
#     applicability: unsafe
#     why: "who speaks nothing newer is refused"
package nginx.grpc.rules.old_tls

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], entry.subject, protocols.at, values) if {
	some entry in calls.servers
	_has_tls(entry.server)
	old := _old(effective.value(entry.server, "ssl_protocols"))
	protocols := effective.setting(entry.server, "ssl_protocols")
	values := {
		"directive": "ssl_protocols",
		"versions": old,
		"edits": [fix.setting(entry.server, "ssl_protocols", _new(protocols.value))],
	}
}

findings contains rule.fault(about, [], call.subject, protocols.at, values) if {
	some call in calls.targets
	call.location.target.scheme == "grpcs"
	old := _old(effective.value(call.location, "grpc_ssl_protocols"))
	protocols := effective.setting(call.location, "grpc_ssl_protocols")
	values := {
		"directive": "grpc_ssl_protocols",
		"versions": old,
		"edits": [fix.setting(call.subject.nodes.location, "grpc_ssl_protocols", _new(protocols.value))],
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in calls.servers
	_has_tls(entry.server)
	doubt := effective.doubt(entry.server, "ssl_protocols")
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	call.location.target.scheme == "grpcs"
	doubt := effective.doubt(call.location, "grpc_ssl_protocols")
}

_has_tls(server) if {
	some listen in server.listens
	listen.ssl
}

# _old: the versions below 1.2 that are named; undefined where none is.
_old(text) := concat(" and ", old) if {
	old := [word |
		some word in split(text, " ")
		lower(word) in {"sslv2", "sslv3", "tlsv1", "tlsv1.1"}
	]
	count(old) > 0
}

# The document has these words in lower case.
_spelled := {"tlsv1.2": "TLSv1.2", "tlsv1.3": "TLSv1.3"}

_new(text) := kept if {
	kept := [spelled | some word in split(text, " "); spelled := _spelled[lower(word)]]
	count(kept) > 0
} else := ["TLSv1.2", "TLSv1.3"]
