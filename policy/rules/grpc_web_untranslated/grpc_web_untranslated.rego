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
#   fix: {applicability: manual, why: "a proxy that translates gRPC-Web, for the browsers' paths"}
package nginx.grpc.rules.grpc_web_untranslated

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, header, {"header": header.name}) if {
	some call in calls.passes
	some list in ["add_header", "grpc_set_header"]
	header := _for_browsers[call.location[list]]
	not effective.is_on(call.location, "grpc_web")
}

# _for_browsers: the first such header of each list.
_for_browsers := {index: headers[0] |
	some index, list in input.header_lists
	headers := [header | some header in list.headers; _is_for_browsers(list, header)]
}

# Words of gRPC-Web are plain; CORS at an outer context is there for other locations.
_is_for_browsers(list, header) if {
	regex.match(`^(access-control-.*|x-grpc-web|x-user-agent)$`, lower(header.name))
	some text in [header.name, header.value]
	regex.match(`x-grpc-web|x-user-agent|grpc-status`, lower(text))
} else if {
	list.directive == "add_header"
	list.context in {"location", "if"}
	startswith(lower(header.name), "access-control-allow-")
}
