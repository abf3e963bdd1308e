# METADATA
# title: The name is not said in the handshake with the upstream
# description: |
#   A server that picks its certificate by name (SNI: ingresses, load balancers, managed services) ends
#   a handshake that says none, and every call gets 502. nginx says a name only with
#   grpc_ssl_server_name on; the name is that of grpc_pass unless grpc_ssl_name says another.
# custom:
#   harm: some
#   id: NG405
#   item: 0
#   levels: {checklist: warn, evidence: warn}
#   message: "nginx does not say {name} in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"
#   remedy: "grpc_ssl_server_name on;"
#   variants:
#     another:
#       when: the name is that of a server and not the upstream's
#       remedy: "grpc_ssl_server_name on;\ngrpc_ssl_name {name};"
#   evidence: docs/rules/NG405.md
package nginx.grpc.rules.upstream_sni

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(call), call.subject, call.location.target, {"name": name}) if {
	some call in calls.targets
	name := _name(call.location.target)
	effective.value(call.location, "grpc_ssl_server_name") == false
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	_ = _name(call.location.target)
	doubt := effective.doubt(call.location, "grpc_ssl_server_name")
}

# _name that a server may want to hear; undefined where there is none.
_name(target) := target.host if {
	target.scheme == "grpcs"
	target.kind == "address"
	target.host_is_name
} else := domain if {
	target.scheme == "grpcs"
	domain := min(_domains[target.upstreams[0]])
} else := target.text if {
	target.scheme == "grpcs"
	target.host_is_name
}

# With grpc_ssl_server_name alone nginx says the upstream's name, which no server goes by.
_forms(call) := ["another"] if {
	upstream := call.location.target.upstreams[0]
	domains := _domains[upstream]
	not upstream in domains
	not call.location.directives.grpc_ssl_name
} else := []

# _domains of an upstream: its own name if that is one, else those of its servers.
_domains[upstream.name] contains domain if {
	some upstream in input.upstreams
	some domain in _names(upstream)
}

_names(upstream) := [upstream.name] if {
	regex.match(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]*$`, upstream.name)
} else := [server.host | some server in upstream.servers; server.host_is_name]
