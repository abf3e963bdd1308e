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
#   variants:
#     shard:
#       when: it is a shard of a large configuration, without all the others
#       message: "the input is shard {number} of a configuration, and the others are not all with it"
#       fix: {why: "nginx-grpc bridge --shards nginx.conf | conftest test --parser json --policy policy --namespace nginx.grpc -"}
package nginx.grpc.rules.not_a_document

import data.nginx.grpc.guard
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.shards

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(guard.place), guard.place, {"what": guard.what}) if not guard.passed

# alone: a shard without the others.
alone contains rule.fault(about, ["shard"], rule.document(guard.place), guard.place, {"number": number}) if {
	guard.passed
	not shards.whole
	number := format_int(input.shard.number, 10)
}
