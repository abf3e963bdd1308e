# METADATA
# title: Findings from METADATA
# description: >-
#   Makes a finding out of the METADATA of a rule's package and the node that it is about, so
#   that a rule types no identity, no position and no words.
package nginx.grpc.lib.rule

# describe reads rego.metadata.chain(). `forms` holds the wordings of a rule by name: `main`, and
# its variants, which differ in message, remedy, levels or cap (the highest level that settings
# can raise them to).
describe(chain) := {
	"id": custom.id,
	"slug": replace(regex.find_all_string_submatch_n(`[^.]+$`, concat(".", link.path), 1)[0][0], "_", "-"),
	"title": link.annotations.title,
	"item": custom.item,
	"levels": custom.levels,
	"evidence": custom.evidence,
	"forms": object.union({"main": main}, {name: form |
		some name, variant in object.get(custom, "variants", {})
		form := object.union(main, variant)
	}),
} if {
	some link in chain
	link.annotations.scope == "package"
	custom := link.annotations.custom
	main := {
		"message": custom.message,
		"remedy": custom.remedy,
		"levels": custom.levels,
		"cap": "deny",
	}
}

# fault: something is wrong. `subject` has the names of server, location and upstream and the node
# they stand for; `at` is the node to point at; `values` fill the {placeholders} of the texts.
fault(about, form, subject, at, values) := {
	"id": about.id,
	"slug": about.slug,
	"title": about.title,
	"evidence": about.evidence,
	"outcome": "fault",
	"levels": words.levels,
	"cap": words.cap,
	"message": message,
	"remedy": strings.replace_n(patterns, words.remedy),
	# Findings whose words and place agree have one cause.
	"cause": concat(" ", [message, at.file, format_int(at.line, 10)]),
	"server": subject.server,
	"location": subject.location,
	"upstream": subject.upstream,
	"node": {"file": subject.node.file, "line": subject.node.line, "key": object.get(subject.node, "key", "")},
	"file": at.file,
	"line": at.line,
	"key": object.get(at, "key", ""),
} if {
	words := about.forms[form]
	patterns := {concat("", ["{", name, "}"]): value | some name, value in values}
	message := strings.replace_n(patterns, words.message)
}

# unknown: the rule can't judge something. It names no location, so that one cause is one entry.
unknown(about, form, doubt) := {
	"id": about.id,
	"outcome": "unknown",
	"levels": about.forms[form].levels,
	"cap": about.forms[form].cap,
	"reason": doubt.reason,
	"hint": doubt.hint,
	"file": doubt.at.file,
	"line": doubt.at.line,
	"key": object.get(doubt.at, "key", ""),
}
