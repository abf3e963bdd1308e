# METADATA
# title: A split on exactly "application/grpc" misses clients
# description: |
#   gRPC's content type may name the codec: application/grpc+proto, application/grpc+json. A condition
#   that compares with "application/grpc" alone sends those calls to the other side, where they fail.
# custom:
#   harm: some
#   id: NG216
#   levels: {checklist: warn, evidence: warn}
#   message: "calls of type application/grpc+proto do not match {operator} \"application/grpc\" and are not taken for gRPC"
#   directive: if
#   fix:
#     applicability: safe
#     edits: [{op: replace, at: at, was: if, name: if, args: ["({variable}", "{instead}", "^application/grpc($|[+;])", ")"]}]
package nginx.grpc.rules.content_type_exact

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], subject, location, values) if {
	some server in input.servers
	some location in server.locations
	condition := location.condition
	condition.variable in {"$http_content_type", "$content_type"}
	lower(condition.value) == "application/grpc"
	instead := {"=": "~", "!=": "!~"}[condition.operator]
	_is_about_grpc(location)
	subject := {"server": server.name, "location": location.name, "upstream": "", "node": location}
	values := {
		"operator": condition.operator,
		"variable": condition.variable,
		"instead": instead,
	}
}

_is_about_grpc(location) if {
	location.grpc.carries == "pass"
} else if {
	calls.location_by_id[location.parent].grpc.carries == "pass"
}
