# METADATA
# title: One pool for gRPC and for plain HTTP
# description: |
#   A pool does not know what its connections speak. Where grpc_pass and proxy_pass lead to one
#   upstream block with a `keepalive` of its own, whoever pooled a connection last leaves it to the
#   other: behind an HTTP request a gRPC call fails with UNAVAILABLE ("no connection data found for
#   keepalive http2 connection"), behind a call a POST fails with 502 (a GET is repeated on a connection
#   of its own). HTTP/1.0, proxy_pass's default before 1.29.7, pools nothing: there the HTTP side alone
#   fails. proxy_http_version 2 (1.29.4) makes no difference. No pool, the
#   pool of each location that 1.29.7 brought (the default, and `keepalive N local`) and a block for
#   each are fine. grpc:// and grpcs:// may share a block: a call over the wrong one of the two
#   connections was answered, on a port that speaks both.
# custom:
#   harm: some
#   id: NG218
#   item: 3
#   levels: {checklist: deny, evidence: deny}
#   message: "upstream {name} has one pool (keepalive {size}) for grpc_pass and for proxy_pass {text} (location {location}): a call that gets an HTTP request's connection fails with UNAVAILABLE, and a POST that gets a call's connection with 502"
#   directive: keepalive
#   fix:
#     applicability: manual
#     why: "a block of its own for plain HTTP: the servers of {name} under another name, and proxy_pass to it in location {location}"
#   variants:
#     local:
#       when: settings give 1.29.7 or later
#       fix:
#         applicability: unsafe
#         why: each location then has a pool of its own
#         edits: [{op: set, in: upstream, name: keepalive, args: ["{size}", local]}]
#   versions: "1.29.7: keepalive {N} local keeps a pool for each location, as the default does"
package nginx.grpc.rules.mixed_pool

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.pools
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms, entry.subject, pool.at, values) if {
	some entry in _mixed
	pool := pools.state(entry.upstream)
	pool.kind == "said"
	values := {
		"name": entry.upstream.name,
		"size": format_int(pool.size, 10),
		"text": entry.upstream.proxied.text,
		"location": entry.upstream.proxied.location,
	}
}

findings contains rule.unknown(about, [], doubt) if {
	some entry in _mixed
	entry.upstream.directives.keepalive
	doubt := pools.state(entry.upstream).doubt
}

_mixed := [entry |
	some entry in calls.upstreams
	entry.upstream.proxied
	not entry.upstream.keepalive_local

	# Where Lua picks the server, each Service has servers, and so connections, of its own.
	entry.upstream.servers_known
	_passed[entry.upstream.name]
]

_forms := ["local"] if {
	versions.at_least("1.29.7")
} else := []

_passed := {name | some call in calls.targets; some name in call.location.target.upstreams}
