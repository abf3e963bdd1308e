# METADATA
# title: Findings from METADATA
# description: >-
#   Makes a finding out of the METADATA of a rule's package and the node that it is about, so
#   that a rule types no identity, no position and no words.
package nginx.grpc.lib.rule

# describe reads rego.metadata.chain(). `main` is the wording of a rule, `variants` by name are what
# differs from it in message, remedy, levels or cap (the highest level that settings can raise to).
describe(chain) := {
	"id": custom.id,
	"slug": replace(link.path[count(link.path) - 1], "_", "-"),
	"title": link.annotations.title,
	"levels": custom.levels,
	"evidence": custom.evidence,
	"main": object.union(
		{"cap": "deny"},
		object.filter(custom, {"message", "remedy", "levels"}),
	),
	"variants": object.get(custom, "variants", {}),
} if {
	some link in chain
	link.annotations.scope == "package"
	custom := link.annotations.custom
}

# fault: something is wrong. `forms` name the variants that apply, each over the one before;
# `subject` has the names of server, location and upstream and the node they stand for; `at` is the
# node to point at; `values` fill the {placeholders} of the texts.
fault(about, forms, subject, at, values) := {
	"id": about.id,
	"outcome": "fault",
	"levels": words.levels,
	"cap": words.cap,
	"message": strings.replace_n(patterns, words.message),
	"remedy": strings.replace_n(patterns, words.remedy),
	"server": subject.server,
	"location": subject.location,
	"upstream": subject.upstream,
	"node": {"file": subject.node.file, "line": subject.node.line, "key": object.get(subject.node, "key", "")},
	"file": at.file,
	"line": at.line,
	"key": object.get(at, "key", ""),
} if {
	words := _words(about, forms)
	patterns := {concat("", ["{", name, "}"]): value | some name, value in values}
}

# unknown: the rule can't judge something. It names no location, so that one cause is one entry.
unknown(about, forms, doubt) := {
	"id": about.id,
	"outcome": "unknown",
	"levels": words.levels,
	"cap": words.cap,
	"reason": doubt.reason,
	"hint": doubt.hint,
	"file": doubt.at.file,
	"line": doubt.at.line,
	"key": object.get(doubt.at, "key", ""),
} if {
	words := _words(about, forms)
}

# document as a subject: what concerns no server, location or upstream.
document(at) := {"server": "", "location": "", "upstream": "", "node": at}

_words(about, forms) := about.main if {
	count(forms) == 0
} else := object.union_n(array.concat([about.main], [about.variants[form] | some form in forms]))
