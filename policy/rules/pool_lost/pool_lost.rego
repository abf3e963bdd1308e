# METADATA
# title: The balancing method throws the pool away
# description: |
#   Before 1.29.7 a balancing method that stands after `keepalive` replaces what keepalive has set up:
#   nginx warns "load balancing method redefined" and every call opens a connection, as if keepalive
#   were not there. From 1.29.7 the order does not matter.
# custom:
#   harm: latent
#   id: NG204
#   item: 3
#   levels: {checklist: deny, evidence: deny}
#   message: "{method} after keepalive drops the pool before nginx 1.29.7: every call opens a connection of its own"
#   directive: "{method}"
#   fix:
#     applicability: safe
#     edits: [{op: move, at: pool, was: keepalive, after: at, after_was: "{method}"}]
#   variants:
#     shared:
#       when: the upstream serves HTTP as well
#       fix: {applicability: manual, why: "an upstream of its own for gRPC: this one gets a pool that proxy_pass uses, too"}
#   versions: "1.29.7: the order does not matter"
package nginx.grpc.rules.pool_lost

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, calls.shared(entry.upstream), entry.subject, balancer, values) if {
	versions.before("1.29.7")
	some entry in calls.upstreams
	balancer := entry.upstream.balancer
	balancer.after_keepalive
	values := {"method": balancer.name, "pool": entry.upstream.directives.keepalive}
}

findings contains rule.unknown(about, [], versions.doubt(balancer, reason)) if {
	versions.unset
	some entry in calls.upstreams
	balancer := entry.upstream.balancer
	balancer.after_keepalive
	reason := concat("", [balancer.name, " after keepalive drops the pool before nginx 1.29.7"])
}
