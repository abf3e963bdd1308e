# METADATA
# title: No pool of upstream connections, or one that is too small
# description: |
#   nginx sends one call at a time over an upstream connection. Without a pool every call opens a
#   connection (and a TLS handshake), with one that is smaller than the calls in flight the surplus
#   does. A literal address in grpc_pass has no pool in any version. Before 1.29.7 an upstream block
#   has none without `keepalive`; from then on it has one of 32 for each location, whose idle
#   connections are kept for 60s.
# custom:
#   harm: latent
#   id: NG104
#   item: 3
#   levels: {checklist: deny, evidence: "off"}
#   message: "{why}, so every call opens a connection of its own"
#   remedy: "keepalive {size};\nkeepalive_timeout {timeout};"
#   variants:
#     several:
#       when: the upstream has two or more servers
#       levels: {checklist: deny, evidence: warn}
#     either:
#       when: there is no keepalive and no nginx_version
#       message: "there is no keepalive: no pool before nginx 1.29.7, and from then on one that keeps idle connections for {idle}, while the server closes them after {limit} ({origin})"
#     small:
#       when: settings give expected_concurrency
#       message: "{pool} connections are kept for each of {workers} workers, and {calls} calls are expected at once: the others open a connection each"
#       remedy: "keepalive {size};"
#     literal:
#       when: grpc_pass names an address
#       message: "grpc_pass {text} names an address, which has no pool: every call opens a connection of its own"
#       remedy: "upstream NAME {\n    server {address};\n    keepalive {size};\n    keepalive_timeout {timeout};\n}\ngrpc_pass {scheme}://NAME;"
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "there is a pool only by the default of nginx 1.29.7 and later; settings ask for it in writing"
#   versions: "1.29.7: every upstream block has a pool of 32 for each location unless it says keepalive 0"
#   evidence: docs/rules/NG104.md
package nginx.grpc.rules.keepalive_pool

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.pools
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _several(entry), entry.subject, entry.pool.at, values) if {
	some entry in _judged
	values := object.union(_values(entry), {"why": entry.pool.why})
}

findings contains rule.fault(about, _with(entry, "either"), entry.subject, entry.upstream, values) if {
	some entry in _judged
	entry.pool.kind == "either"
	_outlives(entry.upstream)
	timeout := effective.setting(entry.upstream, "keepalive_timeout")
	limit := settings.idle_limit(entry.upstream.name)
	values := object.union(_values(entry), {
		"idle": timeout.text,
		"limit": limit.text,
		"origin": settings.origin(limit),
	})
}

findings contains rule.fault(about, _with(entry, "small"), entry.subject, entry.pool.at, values) if {
	some entry in _judged
	entry.pool.size < entry.needed
	values := object.union(_values(entry), {
		"pool": format_int(entry.pool.size, 10),
		"workers": format_int(settings.workers, 10),
		"calls": format_int(entry.calls, 10),
	})
}

findings contains rule.fault(about, ["literal"], call.subject, call.location.target, values) if {
	some call in calls.targets
	calls.leads_to_address(call)
	values := object.union(_values(object.union(_need(""), {"name": ""})), {
		"text": call.location.grpc_pass,
		"address": _address(call.location.target),
		"scheme": _scheme(call.location.target),
	})
}

findings contains rule.fault(about, ["implicit"], entry.subject, entry.pool.at, _values(entry)) if {
	settings.defaults_must_be_written
	some entry in _judged
	entry.pool.kind == "default"
	entry.pool.size >= entry.needed
}

findings contains rule.unknown(about, _several(entry), entry.pool.doubt) if {
	some entry in _judged
}

# Where the default pool would be right, it depends on the version whether there is one.
findings contains rule.unknown(about, _several(entry), doubt) if {
	some entry in _judged
	entry.pool.kind == "either"
	not _outlives(entry.upstream)
	doubt := pools.doubt_of_version(entry.upstream)
}

findings contains rule.unknown(about, [], doubt) if some doubt in calls.doubts

_outlives(upstream) if {
	limit := settings.idle_limit(upstream.name)
	effective.value(upstream, "keepalive_timeout") >= limit.ms
}

_judged := [judged |
	some entry in calls.upstreams
	judged := object.union(_need(entry.upstream.name), {
		"name": entry.upstream.name,
		"upstream": entry.upstream,
		"subject": entry.subject,
		"pool": pools.state(entry.upstream),
	})
]

# _need: how many calls at once, and the connections for each worker, rounded up; none where nobody
# says how many calls there are.
_need(name) := {"calls": expected, "needed": ceil(expected / settings.workers)} if {
	expected := settings.for_upstream(name, "expected_concurrency")
} else := {"needed": 0}

_several(entry) := ["several"] if {
	count(calls.usable(entry.upstream)) > 1
} else := []

_with(entry, form) := array.concat(_several(entry), [form])

_values(entry) := {
	"size": format_int(max([entry.needed, 32]), 10),
	"timeout": units.below(settings.idle_limit(entry.name).ms),
}

# As it is written where it is no port to nginx: PORT, a range.
_address(target) := concat(":", [target.host, format_int(target.port, 10)]) if {
	target.port != 0
} else := trim_prefix(trim_prefix(target.text, "grpc://"), "grpcs://")

_scheme(target) := target.scheme if {
	target.scheme != ""
} else := "grpc"
