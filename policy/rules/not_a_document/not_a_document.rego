# METADATA
# title: The input is no document of the bridge
# description: |
#   The policy reads the document that `nginx-grpc bridge` makes, and nothing else. Raw nginx text
#   in JSON (from conftest's own nginx parser or from crossplane), an empty input, a document of
#   another schema version or one that lost a field on the way would match no rule, and matching no
#   rule looks like a pass. So every field is checked for presence and type before any rule runs,
#   and a document that fails is denied as a whole.
# custom:
#   harm: verdict
#   id: NG001
#   levels: {checklist: deny, evidence: deny}
#   message: "{what}; run the bridge and give its output to the policy"
#   fix: {applicability: manual, why: "nginx-grpc bridge nginx.conf | conftest test --parser json --policy policy --namespace nginx.grpc -"}
package nginx.grpc.rules.not_a_document

import data.nginx.grpc.guard
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(guard.place), guard.place, {"what": guard.what}) if not guard.passed
