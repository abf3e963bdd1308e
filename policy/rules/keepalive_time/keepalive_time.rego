# METADATA
# title: Busy upstream connections reach MaxConnectionAge
# description: |
#   A server with MaxConnectionAge ends a connection of that age, busy or not, and cuts the calls that
#   outlive its grace: they get 502. keepalive_timeout can't prevent that, for a busy connection is
#   never idle. keepalive_time (1h by default) retires a connection between two calls; set below
#   MaxConnectionAge, nginx always comes first.
# custom:
#   harm: some
#   id: NG203
#   levels: {checklist: warn, evidence: warn}
#   message: "a busy connection is used for {time}; the server ends it after {age} (MaxConnectionAge) and cuts the calls that outlive its grace"
#   directive: keepalive_time
#   fix:
#     applicability: safe
#     edits: [{op: set, in: upstream, name: keepalive_time, args: ["{instead}"]}]
#   variants:
#     shared:
#       when: the upstream serves HTTP as well
#       fix: {applicability: unsafe, why: "proxy_pass uses the connections of this upstream, too"}
#     before:
#       when: it is an nginx before 1.19.10
#       fix: {applicability: manual, why: "nginx 1.19.10 or later, which has keepalive_time"}
#   versions: "1.19.10: keepalive_time"
package nginx.grpc.rules.keepalive_time

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.pools
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings
import data.nginx.grpc.lib.units
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, entry.subject, entry.time.at, values) if {
	some entry in _judged
	entry.pool.kind in {"said", "default"}
	entry.time.value >= entry.age.ms
	forms := array.concat(calls.shared(entry.upstream), _before)
	values := {"time": entry.time.text, "age": entry.age.text, "instead": units.below(entry.age.ms)}
}

findings contains rule.unknown(about, [], entry.time.doubt) if {
	some entry in _judged
	entry.pool.kind != "none"
}

findings contains rule.unknown(about, [], entry.pool.doubt) if {
	some entry in _judged
}

findings contains rule.unknown(about, [], pools.doubt_of_version(entry.upstream)) if {
	some entry in _judged
	entry.pool.kind == "either"
	entry.time.value >= entry.age.ms
}

# Only where the user says how old a connection may get.
_judged := [judged |
	some entry in calls.upstreams
	age := settings.duration(entry.upstream.name, "max_connection_age")
	judged := {
		"upstream": entry.upstream,
		"subject": entry.subject,
		"age": age,
		"pool": pools.state(entry.upstream),
		"time": effective.setting(entry.upstream, "keepalive_time"),
	}
]

_before := ["before"] if {
	versions.before("1.19.10")
} else := []
