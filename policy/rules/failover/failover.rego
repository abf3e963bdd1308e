# METADATA
# title: Nothing takes over from a server that is dead
# description: |
#   A call can survive a dead server if nginx knows of it beforehand, by an active health check
#   (NGINX Plus, or the upstream check module), or if it may try a second server.
#   grpc_next_upstream_tries 1 forbids the second try; an upstream of one server, or an address in
#   grpc_pass, has no second server: nginx makes one attempt, whatever number is set.
# custom:
#   harm: some
#   id: NG107
#   item: 6
#   levels: {checklist: deny, evidence: "off"}
#   message: "a call is tried once: grpc_next_upstream_tries {tries}, and no active health check"
#   directive: grpc_next_upstream_tries
#   fix:
#     applicability: safe
#     edits: [{op: set, in: location, name: grpc_next_upstream_tries, args: ["2"]}]
#   variants:
#     several:
#       when: the upstream has two or more servers
#       levels: {checklist: deny, evidence: warn}
#     alone:
#       when: there is one server
#       levels: {checklist: warn, evidence: "off"}
#       cap: warn
#       message: "{server} is the only server and nothing checks it: while it is dead, every call fails"
#       directive: server
#       fix: {applicability: manual, why: "a second server, or a health check"}
#     implicit:
#       when: settings say explicit required
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "calls are tried on every server only by nginx's default; settings ask for grpc_next_upstream_tries in writing"
#       fix:
#         applicability: safe
#         edits: [{op: set, in: location, name: grpc_next_upstream_tries, args: ["0"]}]
package nginx.grpc.rules.failover

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _several(call), call.subject, tries.at, {"tries": tries.text}) if {
	some call in calls.passes
	effective.value(call.location, "grpc_next_upstream_tries") == 1
	not _checked(call)
	tries := effective.setting(call.location, "grpc_next_upstream_tries")
}

findings contains rule.fault(about, ["alone"], entry.subject, entry.upstream, {"server": servers[0].address}) if {
	some entry in calls.upstreams
	not _checked_upstreams[entry.upstream.name]
	entry.upstream.servers_known
	servers := calls.usable(entry.upstream)
	count(servers) == 1
}

findings contains rule.fault(about, ["alone"], call.subject, call.location.target, {"server": call.location.grpc_pass}) if {
	some call in calls.targets
	calls.leads_to_address(call)
	not call.location.health_check
}

findings contains rule.fault(about, ["implicit"], call.subject, tries.at, {}) if {
	settings.defaults_must_be_written
	some call in calls.passes
	not _checked(call)
	calls.several(call)
	tries := effective.setting(call.location, "grpc_next_upstream_tries")
	tries.state == "default"
}

findings contains rule.unknown(about, _several(call), doubt) if {
	some call in calls.in_doubt
	not _checked(call)
	doubt := effective.doubt(call.location, "grpc_next_upstream_tries")
}

findings contains rule.unknown(about, ["alone"], doubt) if {
	some entry in calls.upstreams
	not _checked_upstreams[entry.upstream.name]
	not entry.upstream.servers_known
	not calls.of_a_service(entry.upstream)
	doubt := {
		"at": entry.upstream,
		"reason": concat("", ["the servers of upstream ", entry.upstream.name, " come from elsewhere"]),
		"hint": "look at where the servers come from",
	}
}

findings contains rule.unknown(about, ["alone"], doubt) if {
	some call in calls.targets
	not call.location.health_check
	doubt := calls.doubt_of(call)
}

_checked_upstreams := {upstream.name | some upstream in input.upstreams; upstream.active_check}

_checked(call) if {
	some name in call.location.target.upstreams
	_checked_upstreams[name]
} else if {
	call.location.health_check
}

_several(call) := ["several"] if {
	calls.several(call)
} else := []
