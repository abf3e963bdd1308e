# METADATA
# title: An include that the verdict depends on was not read
# description: |
#   nginx reads an include as if its text stood in its place. Where a file that a gRPC location
#   depends on could not be read, its directives are missing from the verdict, and a clean verdict
#   would be one about another configuration. A pattern that matches nothing is no such case:
#   nginx accepts it.
# custom:
#   id: NG002
#   item: 0
#   levels: {checklist: deny, evidence: deny}
#   message: "include {what} was not read ({reason}), and a gRPC location depends on it"
#   remedy: "nginx-grpc check the output of nginx -T, or a folder that holds {what} (--root, --map)"
#   evidence: docs/rules/NG002.md
package nginx.grpc.rules.incomplete

import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(gap), gap, {"what": gap.what, "reason": gap.reason}) if {
	some gap in input.gaps
	gap.kind == "include"
	gap.matters
}
