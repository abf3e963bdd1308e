# METADATA
# title: Idle upstream connections outlive the server's
# description: |
#   nginx keeps idle connections to an upstream for keepalive_timeout, 60s by default. A server that
#   closes them earlier may do so while nginx sends the next call: the call gets 502, and nothing in
#   nginx retries it, because its headers are sent. Servers that close abruptly (FIN, RST, a one-step
#   GOAWAY: proxies, sidecars, load balancers) fail calls so; grpc-go ends idle connections in two
#   steps and does not. The pool is there with `keepalive`, and from 1.29.7 without it.
# custom:
#   harm: some
#   id: NG103
#   item: 2
#   levels: {checklist: deny, evidence: "off"}
#   message: "idle connections are kept for {timeout}; the server closes them after {limit} ({origin})"
#   directive: keepalive_timeout
#   fix:
#     applicability: unsafe
#     why: "{limit} is assumed: max_connection_idle or max_connection_age in the settings says it"
#     edits: [{op: set, in: upstream, name: keepalive_timeout, args: ["{instead}"]}]
#   variants:
#     given:
#       when: settings give max_connection_idle or max_connection_age
#       levels: {checklist: deny, evidence: deny}
#       fix: {applicability: safe}
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "idle connections end in time only by nginx's default, {timeout}; settings ask for it in writing"
#       fix:
#         applicability: safe
#         edits: [{op: set, in: upstream, name: keepalive_timeout, args: ["{written}"]}]
#     shared:
#       when: the upstream serves HTTP as well
#       fix: {applicability: unsafe, why: "proxy_pass uses the connections of this upstream, too; {limit} is {origin}"}
#   versions: "1.29.7: every upstream block has a pool unless it says keepalive 0"
package nginx.grpc.rules.keepalive_timeout

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.pools
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, array.concat(_forms(entry.limit), calls.shared(entry.upstream)), entry.subject, entry.timeout.at, _values(entry)) if {
	some entry in _judged
	entry.pool.kind in {"said", "default"}
	entry.timeout.value >= entry.limit.ms
}

findings contains rule.fault(about, ["implicit"], entry.subject, entry.timeout.at, _values(entry)) if {
	settings.defaults_must_be_written
	some entry in _judged
	entry.pool.kind in {"said", "default"}
	entry.timeout.state == "default"
	entry.timeout.value < entry.limit.ms
}

findings contains rule.unknown(about, _forms(entry.limit), entry.timeout.doubt) if {
	some entry in _judged
	entry.pool.kind in {"said", "default", "either"}
}

findings contains rule.unknown(about, _forms(entry.limit), entry.pool.doubt) if {
	some entry in _judged
}

# Without a limit in the settings it is NG104 that speaks of this.
findings contains rule.unknown(about, ["given"], doubt) if {
	some entry in _judged
	entry.limit.given
	entry.pool.kind == "either"
	entry.timeout.value >= entry.limit.ms
	doubt := pools.doubt_of_version(entry.upstream)
}

findings contains rule.unknown(about, _forms(settings.idle_limit("")), doubt) if some doubt in calls.doubts

_judged := [judged |
	some entry in calls.upstreams
	judged := {
		"upstream": entry.upstream,
		"subject": entry.subject,
		"pool": pools.state(entry.upstream),
		"limit": settings.idle_limit(entry.upstream.name),
		"timeout": effective.setting(entry.upstream, "keepalive_timeout"),
	}
]

_forms(limit) := ["given"] if {
	limit.given
} else := []

_values(entry) := {
	"timeout": entry.timeout.text,
	"written": entry.timeout.written,
	"limit": entry.limit.text,
	"origin": settings.origin(entry.limit),
	"instead": units.below(entry.limit.ms),
}
