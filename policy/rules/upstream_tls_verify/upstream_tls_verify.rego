# METADATA
# title: The gRPC server's certificate is not verified
# description: |
#   With grpcs:// nginx encrypts, but by default it takes any certificate: whoever sits at the address
#   gets the calls and their metadata. grpc_ssl_verify on needs grpc_ssl_trusted_certificate, and
#   grpc_ssl_name where the certificate's name is not that of grpc_pass.
# custom:
#   harm: latent
#   id: NG401
#   levels: {checklist: warn, evidence: warn}
#   security: 5.9
#   message: "calls go to whoever answers at {text}: grpc_ssl_verify is {value}"
#   directive: grpc_ssl_verify
#   fix: {applicability: manual, why: "which CA signs the certificate and which name is in it: grpc_ssl_trusted_certificate, grpc_ssl_name, grpc_ssl_verify on"}
package nginx.grpc.rules.upstream_tls_verify

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.loopback
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, call.location.target, values) if {
	some call in calls.targets
	call.location.target.scheme == "grpcs"
	not loopback.stays(call.location)
	effective.value(call.location, "grpc_ssl_verify") == false
	verify := effective.setting(call.location, "grpc_ssl_verify")
	values := {"text": call.location.target.text, "value": verify.text}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.targets
	call.location.target.scheme == "grpcs"
	not loopback.stays(call.location)
	doubt := effective.doubt(call.location, "grpc_ssl_verify")
}
