# METADATA
# title: HTTP errors of the upstream pass by the error page
# description: |
#   grpc_intercept_errors decides whether an HTTP error that the upstream itself sends gets nginx's
#   error page. A gRPC server sends none: its errors are HTTP 200 with a grpc-status, and nginx's own
#   502 and 504 reach the page either way. It matters where the upstream is itself an HTTP proxy:
#   that one's 503 comes through as HTML.
# custom:
#   harm: latent
#   id: NG108
#   item: 7
#   levels: {checklist: deny, evidence: "off"}
#   message: "grpc_intercept_errors is {value}: an HTTP error of a proxy behind nginx reaches the client as it is, not as a gRPC status"
#   directive: grpc_intercept_errors
#   fix:
#     applicability: safe
#     edits: [{op: set, in: location, name: grpc_intercept_errors, args: ["on"]}]
package nginx.grpc.rules.intercept_errors

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, intercept.at, {"value": intercept.text}) if {
	some call in calls.passes
	effective.value(call.location, "grpc_intercept_errors") == false
	intercept := effective.setting(call.location, "grpc_intercept_errors")
}

findings contains rule.unknown(about, [], doubt) if {
	some call in calls.in_doubt
	doubt := effective.doubt(call.location, "grpc_intercept_errors")
}
