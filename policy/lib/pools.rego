# METADATA
# title: Pools of upstreams
# description: >-
#   Whether an upstream keeps idle connections. From 1.29.7 nginx does so by itself, with 32 for each
#   location; before, only where `keepalive` says so.
package nginx.grpc.lib.pools

import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.versions

# state: {"kind"} is said (with "size"), default (32), none, either (it depends on a version that is
# not known) or unknown (with "doubt").
state(upstream) := {"kind": "unknown", "doubt": keepalive.doubt} if {
	keepalive := effective.setting(upstream, "keepalive")
} else := {"kind": "said", "size": keepalive.value, "at": keepalive.at} if {
	keepalive := effective.setting(upstream, "keepalive")
	keepalive.value > 0
} else := {"kind": "none", "why": "keepalive 0 switches it off", "at": keepalive} if {
	keepalive := upstream.directives.keepalive
} else := {"kind": "unknown", "doubt": doubt} if {
	startswith(upstream.balancer.name, "balancer_by_lua")
	doubt := {
		"at": upstream.balancer,
		"reason": concat("", ["the connections of upstream ", upstream.name, " are in the hands of Lua"]),
		"hint": "look at what balancer_by_lua does with idle connections",
	}
} else := {"kind": "default", "size": 32, "at": upstream} if {
	versions.at_least("1.29.7")
} else := {"kind": "none", "why": "there is no keepalive", "at": upstream} if {
	not versions.unset
} else := {"kind": "either", "at": upstream}

doubt_of_version(upstream) := versions.doubt(
	upstream,
	concat("", ["upstream ", upstream.name, " has no keepalive, which is a pool from nginx 1.29.7 on"]),
)
