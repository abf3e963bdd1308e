# METADATA
# title: An include that the verdict depends on was not read
# description: |
#   nginx reads an include as if its text stood in its place, and does not start without it. Where a
#   file that a gRPC location depends on, or may stand in, could not be read, its directives are
#   missing from the verdict, and a clean verdict would be one about another configuration. A pattern
#   that matches nothing is no such case: nginx accepts it. Where its folder is not here, or what
#   else was not seen, is part of NG005, so that it does not pass for judged.
# custom:
#   harm: verdict
#   id: NG002
#   levels: {checklist: deny, evidence: deny}
#   message: "include {what} was not read ({reason}), and it may hold a gRPC location or what one depends on"
#   directive: include
#   fix: {applicability: manual, why: "nginx-grpc check the output of nginx -T, or a folder that holds {what} (--root, --map)"}
package nginx.grpc.rules.incomplete

import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], rule.document(gap), gap, {"what": gap.what, "reason": gap.reason}) if {
	some gap in input.gaps
	_denied(gap)
}

findings contains rule.unknown(about, [], effective.gap_doubt({"gap": number})) if {
	some number, gap in input.gaps
	gap.kind != "placeholder"
	not _denied(gap)
	_is_felt(gap)
}

_denied(gap) if {
	gap.kind == "include"
	gap.matters
}

# A fragment without a gRPC location was judged in full: nothing in it needs what is around. Who lets
# nothing unknown pass wants to see the whole all the same.
_is_felt(gap) if {
	gap.kind != "context"
} else if {
	settings.not_judged == "deny"
} else if {
	gap.matters
}

findings contains rule.unknown(about, [], doubt) if {
	count(_unfilled) > 0
	doubt := {
		"at": _unfilled[0],
		"reason": concat("", ["nothing defines ", concat(", ", array.concat(_named, _rest))]),
		"hint": "nginx-grpc check --define NAME=VALUE, or --env-file FILE, for each name",
	}
}

_unfilled := [gap | some gap in input.gaps; gap.kind == "placeholder"; _is_depended_on(gap)]

_is_depended_on(gap) if {
	gap.matters
} else if {
	settings.not_judged == "deny"
}

_shown := 8

_named := [gap.what | some gap in array.slice(_unfilled, 0, _shown)]

_rest := [concat("", ["and ", format_int(count(_unfilled) - _shown, 10), " more"])] if {
	count(_unfilled) > _shown
} else := []
