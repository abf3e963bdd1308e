# METADATA
# title: A name that ingress-nginx does not know
# description: |
#   An annotation or a ConfigMap's key that ingress-nginx has no name for does nothing, and nothing
#   says so. The timeouts of gRPC are those of the proxy: there is no grpc-read-timeout. A misspelt
#   backend-protocol sends calls as HTTP/1.1, and every one of them fails, and so does grpc-backend,
#   which the controller knew until 0.20. Annotations of NGINX Ingress Controller (nginx.org/) are
#   another project's.
# custom:
#   harm: some
#   id: NG602
#   levels: {checklist: warn, evidence: warn}
#   message: "ingress-nginx knows no {name}: it does nothing"
#   fix: {applicability: manual, why: "see what it was meant to do, or take it out"}
#   variants:
#     near:
#       when: there is a name like it
#       message: "ingress-nginx knows no {name}: it does nothing; {nearest} is meant, perhaps"
#       fix: {applicability: unsafe, why: "it takes effect then"}
#     protocol:
#       when: it asks for gRPC, and nothing else does
#       levels: {checklist: deny, evidence: deny}
#       message: "ingress-nginx knows no {name}: without {nearest} calls are sent as HTTP/1.1, and fail"
#       fix: {applicability: unsafe, why: "it takes effect then"}
#     switch:
#       when: it switches gRPC on by another name, and nothing else does
#       levels: {checklist: deny, evidence: deny}
#       message: "ingress-nginx knows no {name}: without {nearest} calls are sent as HTTP/1.1, and fail"
#       fix: {applicability: manual, why: "{nearest}: \"GRPC\" (GRPCS where the server speaks TLS) in its place"}
package nginx.grpc.rules.unknown_name

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(said), rule.document(said), said, values) if {
	some said in input.objects.ineffective
	said.state == "unknown"
	said.grpc
	values := {
		"name": said.name,
		"nearest": said.nearest,
		"owner": said.owner,
		"edits": [fix.renaming(said.owner, said.name, said.nearest)],
	}
}

_forms(said) := [] if {
	said.nearest == ""
} else := ["protocol"] if {
	endswith(said.nearest, "/backend-protocol")
	upper(trim_space(said.value)) in {"GRPC", "GRPCS"}
} else := ["switch"] if {
	endswith(said.nearest, "/backend-protocol")
} else := ["near"]
