# METADATA
# title: This version of nginx does not know what is written
# description: |
#   nginx refuses the whole configuration for one directive or parameter that it does not know, at the
#   next start or reload: usually after an upgrade of the configuration, or a downgrade of nginx. It
#   speaks of the open-source versions in which each appeared (`ssl on` is the one that went away).
# custom:
#   harm: every
#   id: NG502
#   levels: {checklist: deny, evidence: deny}
#   message: "{name} needs nginx {since}, and this is to run on {version}, which refuses to start"
#   directive: "{directive}"
#   fix: {applicability: manual, why: "nginx {since} or later, or a spelling that {version} has"}
#   variants:
#     gone:
#       when: the directive was removed
#       message: "{name} went away with nginx {since}, and this is to run on {version}, which refuses to start"
#       fix: {why: "a spelling that {version} has: ssl is a parameter of listen"}
#     unknown:
#       when: no version has a directive of this name
#       message: "no nginx has a directive {name}: it refuses to start{meant}"
#       fix: {why: "the directive that was meant"}
#     http2:
#       when: it is http2 on, in servers that say it themselves
#       fix:
#         applicability: unsafe
#         why: "http2 of a listen is for every server of its socket, and on plaintext HTTP/1.1 is lost there"
#   versions: each directive's own
package nginx.grpc.rules.needs_newer_nginx

import data.nginx.grpc.lib.directives
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(feature), rule.document(feature), feature, values) if {
	some feature in input.features
	since := _since(feature.name)
	versions.before(since)
	values := object.union(_values(feature.name, since), {"edits": _edits(feature)})
}

findings contains rule.fault(about, ["gone"], rule.document(feature), feature, _values(feature.name, since)) if {
	some feature in input.features
	since := directives.gone[feature.name]
	versions.at_least(since)
}

findings contains rule.fault(about, ["unknown"], rule.document(feature), feature, values) if {
	some feature in input.features
	values := {
		"name": feature.name,
		"directive": feature.name,
		"meant": _meant(feature.nearest),
	}
}

_meant(nearest) := concat("", ["; is it ", nearest, "?"]) if {
	nearest != ""
} else := ""

_values(name, since) := {
	"name": name,
	"directive": split(trim_prefix(name, "upstream "), " ")[0],
	"since": since,
	"version": settings.given.nginx_version,
}

_forms(feature) := ["http2"] if {
	feature.name == "http2"
	count(_edits(feature)) > 0
	not _said_around[_file(feature)]
} else := []

_file(node) := [node.file, object.get(node, "key", "")]

# The older spelling, which is a parameter of the TLS sockets, of the others where there are none. In
# the order of the text, for sets have another in each engine.
_edits(feature) := array.concat(
	[fix.removing(server.directives.http2, "http2") |
		some server in input.servers
		_says(server, feature)
	],
	[fix.replacing(listen, "listen", "listen", array.concat(listen.args, ["http2"])) |
		some server in input.servers
		_says(server, feature)
		effective.is_on(server, "http2")
		some listen in _sockets(server)
	],
)

_says(server, feature) if _file(server.directives.http2) == _file(feature)

# _said_around: the files in which http{} says it.
_said_around contains _file(server.directives.http2) if {
	some server in input.servers
	server.directives.http2.context != "server"
}

_sockets(server) := tls if {
	tls := [listen | some listen in server.listens; listen.ssl; _is_without(listen)]
	count(tls) > 0
} else := [listen | some listen in server.listens; _is_without(listen)]

_is_without(listen) if {
	not listen.quic
	not listen.implicit
	not listen.http2_parameter
}

_since(name) := version if {
	version := directives.since[name]
} else := _parameters[name]

# Parameters, and directives outside of http{}, from the change log of nginx.
_parameters := {
	"grpc_pass variable": "1.17.8",
	"keepalive 0": "1.29.7",
	"keepalive local": "1.29.7",
	"listen multipath": "1.29.7",
	"listen quic": "1.25.0",
	"proxy_http_version 2": "1.29.4",
	"quic_bpf": "1.25.0",
	"server resolve": "1.27.3",
	"server service": "1.27.3",
	"ssl_object_cache_inheritable": "1.27.4",
	"upstream keepalive_requests": "1.15.3",
	"upstream keepalive_timeout": "1.15.3",
	"upstream resolver": "1.27.3",
}
