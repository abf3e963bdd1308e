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
#   directive: keepalive
#   fix:
#     applicability: unsafe
#     why: "assumed, for settings lack {lacking}"
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
#     said:
#       when: settings give what a pool needs
#       fix: {applicability: safe}
#     shared:
#       when: proxy_pass leads to the upstream too
#       fix:
#         applicability: manual
#         why: "an upstream block of its own for gRPC, with the servers of {name}, keepalive {size} and keepalive_timeout {timeout}: one pool for gRPC and for {web} would break both (NG218)"
#     literal:
#       when: grpc_pass names an address
#       fix:
#         applicability: manual
#         why: "an upstream block with server {address}; keepalive {size}; and keepalive_timeout {timeout}; and its name in grpc_pass {scheme}://NAME{names}"
#       message: "grpc_pass {text} names an address, which has no pool: every call opens a connection of its own"
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "there is a pool only by the default of nginx 1.29.7 and later; settings ask for it in writing"
#       fix: {applicability: safe}
#   versions: "1.29.7: every upstream block has a pool of 32 for each location unless it says keepalive 0"
package nginx.grpc.rules.keepalive_pool

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.pools
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _with(entry, []), entry.subject, entry.pool.at, values) if {
	some entry in _judged
	values := object.union(_values(entry), {"why": entry.pool.why, "edits": _pool(entry)})
}

findings contains rule.fault(about, _with(entry, ["either"]), entry.subject, entry.upstream, values) if {
	some entry in _judged
	entry.pool.kind == "either"
	_outlives(entry.upstream)
	timeout := effective.setting(entry.upstream, "keepalive_timeout")
	limit := settings.idle_limit(entry.upstream.name)
	values := object.union(_values(entry), {
		"edits": _pool(entry),
		"idle": timeout.text,
		"limit": limit.text,
		"origin": settings.origin(limit),
	})
}

findings contains rule.fault(about, array.concat(["said"], array.concat(_several(entry), ["small"])), entry.subject, entry.pool.at, values) if {
	some entry in _judged
	entry.pool.size < entry.needed
	values := object.union(_values(entry), {
		"edits": [_of_size(entry)],
		"pool": format_int(entry.pool.size, 10),
		"workers": format_int(settings.workers, 10),
		"calls": format_int(entry.calls, 10),
	})
}

findings contains rule.fault(about, ["literal"], call.subject, call.location.target, values) if {
	some call in calls.targets
	calls.leads_to_address(call)
	values := object.union(_values(object.union(_need(""), {"name": ""})), {
		"edits": [],
		"names": _names(call.location.target),
		"text": call.location.grpc_pass,
		"address": _address(call.location.target),
		"scheme": _scheme(call.location.target),
	})
}

findings contains rule.fault(about, ["implicit"], entry.subject, entry.pool.at, values) if {
	settings.defaults_must_be_written
	some entry in _judged
	entry.pool.kind == "default"
	entry.pool.size >= entry.needed
	values := object.union(_values(entry), {"edits": [_of_size(entry)]})
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

_with(entry, form) := array.concat(_pool_words(entry), array.concat(_several(entry), form))

# _pool_words: what stands in the way of an edit, or that nothing in it is assumed.
_pool_words(entry) := ["shared"] if {
	entry.upstream.proxied
	not _has_pools_of_locations
} else := ["said"] if {
	_lacking(entry) == []
} else := []

_has_pools_of_locations if versions.at_least("1.29.7")

_values(entry) := {
	"size": _size(entry),
	"timeout": units.below(settings.idle_limit(entry.name).ms),
	"lacking": concat(" and ", _lacking(entry)),
	"name": entry.name,
	"web": object.get(entry, ["upstream", "proxied", "text"], ""),
}

_size(entry) := format_int(max([entry.needed, 32]), 10)

_lacking(entry) := sort([setting |
	some setting, is_lacking in {
		"expected_concurrency": entry.needed == 0,
		"max_connection_idle or max_connection_age": settings.idle_limit(entry.name).given == false,
	}
	is_lacking
])

# _pool: one that the server doesn't close first, by any of NG103 and NG203.
_pool(entry) := array.concat([_of_size(entry)], array.concat(_of_idle(entry), _of_age(entry)))

_of_size(entry) := fix.setting(entry.upstream, "keepalive", array.concat([_size(entry)], _local(entry)))

# A pool for each location, as the default is: one for gRPC and the web breaks both.
_local(entry) := ["local"] if {
	entry.upstream.keepalive_local
} else := ["local"] if {
	entry.pool.kind == "default"
} else := ["local"] if {
	entry.upstream.proxied
	entry.pool.kind == "none"
} else := []

_of_idle(entry) := [fix.setting(entry.upstream, "keepalive_timeout", [units.below(limit.ms)])] if {
	limit := settings.idle_limit(entry.name)
	effective.value(entry.upstream, "keepalive_timeout") >= limit.ms
} else := []

_of_age(entry) := [fix.setting(entry.upstream, "keepalive_time", [units.below(age.ms)])] if {
	age := settings.duration(entry.name, "max_connection_age")
	effective.value(entry.upstream, "keepalive_time") >= age.ms
	not versions.before("1.19.10")
} else := []

# What changes with it.
_names(target) := " (a host name is then resolved once, at the start)" if {
	target.host_is_name
} else := " (what the variable can be is then said once)" if {
	target.kind == "variable"
} else := ""

# As it is written where it is no port to nginx: PORT, a range.
_address(target) := concat(":", [target.host, format_int(target.port, 10)]) if {
	target.port != 0
} else := trim_prefix(trim_prefix(target.text, "grpc://"), "grpcs://")

_scheme(target) := target.scheme if {
	target.scheme != ""
} else := "grpc"
