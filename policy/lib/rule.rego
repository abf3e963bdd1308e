# METADATA
# title: Findings from METADATA
# description: >-
#   Makes a finding out of the METADATA of a rule's package and the node that it is about, so
#   that a rule types no identity, no position and no words.
package nginx.grpc.lib.rule

import data.nginx.grpc.lib.fix

# describe reads rego.metadata.chain(). `main` is the wording of a rule, `variants` by name are what
# differs from it in message, directive, fix, levels or cap (the highest level that settings can raise
# to). A fix names the places of its edits: `at`, `subject`, one of the subject's nodes, or a node
# among the values.
describe(chain) := {
	"id": custom.id,
	"slug": replace(link.path[count(link.path) - 1], "_", "-"),
	"title": link.annotations.title,
	"harm": custom.harm,
	"levels": custom.levels,
	"evidence": concat("", ["docs/rules/", custom.id, ".md"]),
	"main": object.union(
		{"cap": "deny", "directive": ""},
		object.filter(custom, {"message", "levels", "directive", "fix"}),
	),
	"variants": object.get(custom, "variants", {}),
} if {
	some link in chain
	link.annotations.scope == "package"
	custom := link.annotations.custom
}

# always_holding: the rules that cast doubt on the whole verdict. No setting lowers one and no waiver
# accepts what it finds.
always_holding(abouts) := {about.id | some about in abouts; about.harm == "verdict"}

# fault: something is wrong. `forms` name the variants that apply, each over the one before;
# `subject` has the names of server, location and upstream and the node they stand for; `at` is the
# node to point at. Of `values` the texts fill the {placeholders}, and the nodes are places of edits;
# `edits` or `fix` among them stand for those of the wording, `setting` says which setting it is about,
# `owner` which object of Kubernetes.
fault(about, forms, subject, at, values) := {
	"id": about.id,
	"outcome": "fault",
	"variant": _variant(forms),
	"levels": words.levels,
	"cap": words.cap,
	"directive": strings.replace_n(patterns, words.directive),
	"setting": object.get(values, "setting", ""),
	"message": strings.replace_n(patterns, words.message),
	"remedy": fix.remedy(mending),
	"fix": mending,
	"owner": object.get(values, "owner", {"kind": "", "namespace": "", "name": ""}),
	"server": subject.server,
	"location": subject.location,
	"upstream": subject.upstream,
	"node": {"file": subject.node.file, "line": subject.node.line, "key": object.get(subject.node, "key", "")},
	"file": at.file,
	"line": at.line,
	"key": object.get(at, "key", ""),
} if {
	words := _words(about, forms)
	patterns := {concat("", ["{", name, "}"]): value | some name, value in values; is_string(value)}
	mending := _fix(words, patterns, {"subject": subject, "at": at, "values": values})
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
document(at) := {"server": "", "location": "", "upstream": "", "node": at, "nodes": {}}

_words(about, forms) := about.main if {
	count(forms) == 0
} else := object.union_n(array.concat([about.main], [about.variants[form] | some form in forms]))

_variant(forms) := forms[count(forms) - 1] if {
	count(forms) > 0
} else := ""

_fix(words, patterns, found) := whole if {
	whole := found.values.fix
} else := _manual(words.fix.why, patterns) if {
	words.fix.applicability == "manual"
} else := _of_edits(words.fix, patterns, _edits(words.fix, patterns, found))

_of_edits(written, patterns, edits) := _manual("no edit is known that mends it: look at what stands there", patterns) if {
	count(edits) == 0
} else := {
	"applicability": written.applicability,
	"why": _why(written, patterns),
	"edits": edits,
}

_manual(why, patterns) := {
	"applicability": "manual",
	"why": strings.replace_n(patterns, why),
	"edits": [],
}

_why(written, patterns) := strings.replace_n(patterns, written.why) if {
	written.applicability == "unsafe"
} else := ""

_edits(written, patterns, found) := edits if {
	edits := found.values.edits
} else := [{key: part | some key, text in edit; part := _part(key, text, patterns, found)} |
	some edit in written.edits
]

_part(key, written, patterns, found) := fix.place(_node(written, found)) if {
	_places[key]
} else := [strings.replace_n(patterns, text) | some text in written] if {
	is_array(written)
} else := strings.replace_n(patterns, written)

_places := {"in", "at", "after"}

_node(name, found) := found.at if {
	name == "at"
} else := found.subject.node if {
	name == "subject"
} else := node if {
	node := found.subject.nodes[name]
} else := found.values[name]
