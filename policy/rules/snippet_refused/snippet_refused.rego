# METADATA
# title: A snippet that the controller lets nobody write
# description: |
#   Snippets in annotations are of critical risk, above the limit of ingress-nginx (High by default
#   since 1.12), and are not allowed (allow-snippet-annotations is false since 1.9). Above the limit
#   the whole Ingress is left out, and calls get 404 from the default server; below it the snippet
#   alone is. Where the ConfigMap is not given, whether it does is not known.
# custom:
#   harm: every
#   id: NG605
#   levels: {checklist: deny, evidence: deny}
#   message: "{name} is let nobody say by the ConfigMap of ingress-nginx: it does nothing"
#   fix:
#     applicability: manual
#     why: "say it by a key of the ConfigMap, or let it pass there: allow-snippet-annotations: \"true\" and annotations-risk-level: Critical, which lets all who write an Ingress write nginx's lines"
#   variants:
#     dropped:
#       when: it costs the whole Ingress
#       message: "{name} is above annotations-risk-level of ingress-nginx's ConfigMap: the whole Ingress is left out, and calls to its hosts get 404 from the default server"
package nginx.grpc.rules.snippet_refused

import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(said), rule.document(said), said, values) if {
	some said in input.objects.ineffective
	said.state == "forbidden"
	said.grpc
	values := {"name": said.name, "owner": said.owner}
}

findings contains rule.unknown(about, [], doubt) if {
	some said in input.objects.ineffective
	said.state == "undecided"
	said.grpc
	doubt := {
		"at": said,
		"reason": concat("", ["whether ingress-nginx lets ", said.name, " pass is in its ConfigMap, which was not given"]),
		"hint": "give the ConfigMap of ingress-nginx (--controller-configmap)",
	}
}

_forms(said) := [said.becomes] if {
	said.becomes != ""
} else := []
