# METADATA
# title: The name is not said in the handshake with the upstream
# description: |
#   A server that picks its certificate by name (SNI: ingresses, load balancers, managed services) ends
#   a handshake that says none, and every call gets 502. nginx says a name only with
#   grpc_ssl_server_name on; the name is that of grpc_pass unless grpc_ssl_name says another. It is one
#   name for all servers of an upstream block, and that of the block itself is often made up.
# custom:
#   harm: some
#   id: NG405
#   levels: {checklist: warn, evidence: warn}
#   message: "nginx does not say {name} in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"
#   directive: grpc_ssl_server_name
#   fix:
#     applicability: safe
#     edits: [{op: set, in: location, name: grpc_ssl_server_name, args: ["on"]}]
#   variants:
#     another:
#       when: the name is that of a server and not the upstream's
#       fix:
#         applicability: unsafe
#         why: grpc_ssl_verify then looks for this name in the certificate
#         edits:
#           - {op: set, in: location, name: grpc_ssl_server_name, args: ["on"]}
#           - {op: set, in: location, name: grpc_ssl_name, args: ["{name}"]}
#     several:
#       when: the servers go by several names
#       message: "nginx does not say {name} in the TLS handshake: a server that picks its certificate by name ends it, and every call gets 502"
#       fix:
#         applicability: manual
#         why: "which name all these servers have a certificate for: grpc_ssl_server_name on; with grpc_ssl_name and that name"
#     made-up:
#       when: the upstream's name looks like one and its servers have none
#       fix:
#         applicability: manual
#         why: "whether {name} is a name in the certificate: grpc_ssl_server_name on; and else grpc_ssl_name with the one that is"
package nginx.grpc.rules.upstream_sni

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.loopback
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, said.forms, call.subject, call.location.target, {"name": said.name}) if {
	some call in calls.targets
	not loopback.stays(call.location)
	said := _said(call.location)
	effective.value(call.location, "grpc_ssl_server_name") == false
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	not loopback.stays(call.location)
	_ = _said(call.location)
	doubt := effective.doubt(call.location, "grpc_ssl_server_name")
}

# _said: the name that a server may want to hear, and how sure that is; undefined where there is none.
_said(location) := {"name": location.target.host, "forms": []} if {
	location.target.scheme == "grpcs"
	location.target.kind == "address"
	location.target.host_is_name
} else := _of_upstream(location, location.target.upstreams[0]) if {
	location.target.scheme == "grpcs"
} else := {"name": location.target.text, "forms": []} if {
	location.target.scheme == "grpcs"
	location.target.host_is_name
}

_of_upstream(location, upstream) := {"name": said.value, "forms": []} if {
	_ = _names[upstream]
	said := location.directives.grpc_ssl_name
} else := {"name": min(names), "forms": _form(upstream, names)} if {
	names := _hosts[upstream]
	count(names) == 1
} else := {"name": concat(" or ", sort(names)), "forms": ["several"]} if {
	names := _hosts[upstream]
} else := {"name": upstream, "forms": ["made-up"]} if {
	_names[upstream]
}

# With grpc_ssl_server_name alone nginx says the upstream's name.
_form(upstream, names) := [] if {
	names[upstream]
} else := ["another"]

# _hosts: the names of the servers of an upstream.
_hosts[upstream.name] contains server.host if {
	some upstream in input.upstreams
	some server in upstream.servers
	server.host_is_name
}

# _names of upstreams that have such servers, or look like one themselves.
_names := object.keys(_hosts) | {upstream.name |
	some upstream in input.upstreams
	regex.match(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]*$`, upstream.name)
}
