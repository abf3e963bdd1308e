# METADATA
# title: The protocol is not in upper case
# description: |
#   ingress-nginx takes `backend-protocol: grpc` and writes grpc_pass, but the rest of its template
#   asks for GRPC. So headers are set by proxy_set_header, which gRPC does not read: the server gets
#   no Host of the client and no X-Forwarded-*. And there are no grpc_*_timeout: proxy-read-timeout
#   and its kin do nothing, and streams are cut after nginx's own 60 s.
# custom:
#   harm: some
#   id: NG604
#   levels: {checklist: deny, evidence: warn}
#   message: "{name}: {value} is gRPC by half: no header is set, the authority is upstream_balancer, and no timeout of the Ingress holds"
#   fix: {applicability: safe}
package nginx.grpc.rules.protocol_case

import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(said), said, values) if {
	some said in input.objects.ineffective
	said.state == "lower_case"
	values := {
		"name": said.name,
		"value": said.value,
		"owner": said.owner,
		"edits": [fix.saying(said.owner, said.name, upper(trim_space(said.value)))],
	}
}
