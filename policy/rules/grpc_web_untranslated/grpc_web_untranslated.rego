# METADATA
# title: Headers for browsers in a plain gRPC location
# description: |
#   Browsers can't speak gRPC; they speak gRPC-Web, and nginx does not translate it. CORS headers in a
#   grpc_pass location invite browsers to a service that answers them 415. Either something in between
#   translates (Envoy, a gRPC-Web proxy), or the server speaks gRPC-Web itself: then this can be
#   waived.
# custom:
#   harm: latent
#   id: NG217
#   levels: {checklist: warn, evidence: warn}
#   message: "{header} is for browsers, which speak gRPC-Web; grpc_pass does not translate it"
#   directive: add_header
#   variants:
#     relabelled:
#       when: grpc_set_header names the content type
#       message: "grpc_set_header Content-Type calls whatever comes gRPC: a browser's gRPC-Web gets an answer that it can't read"
#   fix: {applicability: manual, why: "a proxy that translates gRPC-Web, for the browsers' paths"}
package nginx.grpc.rules.grpc_web_untranslated

import data.nginx.grpc.lib.browsers
import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, header, {"header": header.name}) if {
	some call in calls.passes
	some list in ["add_header", "grpc_set_header"]
	header := browsers.headers[call.location[list]]
	not effective.is_on(call.location, "grpc_web")
}

# A CORS answer, or its headers, in an `if` of the location.
findings contains rule.fault(about, [], subject, header, {"header": header.name}) if {
	some server in input.servers
	some location in server.locations
	outer := calls.location_by_id[location.parent]
	outer.grpc.carries == "pass"
	header := browsers.headers[location.add_header]
	input.header_lists[location.add_header].context == "if"
	not effective.is_on(outer, "grpc_web")
	subject := {"server": server.name, "location": outer.name, "upstream": "", "node": outer}
}

findings contains rule.fault(about, ["relabelled"], call.subject, header, {}) if {
	some call in calls.passes
	header := browsers.relabelling[call.location.grpc_set_header]
	not effective.is_on(call.location, "grpc_web")
}
