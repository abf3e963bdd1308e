# METADATA
# title: A waiver is not in order
# description: |
#   A waiver accepts a finding for a time: it has a reason, an owner who answers for it and a last
#   day. One that lacks these, has expired, or names a rule that can't be waived has no effect and
#   is denied. One that is in order but accepts nothing any more, or ends within 30 days, is a
#   warning: the first hides what comes next, the second will stop a deployment soon.
# custom:
#   harm: verdict
#   id: NG004
#   levels: {checklist: deny, evidence: deny}
#   message: "the waiver of {id} {problem}"
#   fix: {applicability: manual, why: "{instead}"}
#   variants:
#     unused:
#       when: it accepts nothing
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "the waiver of {id} accepts nothing"
#       fix: {why: "remove it, or correct what it is for"}
#     expiring:
#       when: it ends within 30 days
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "the waiver of {id} ends on {until}"
#       fix: {why: "correct the configuration before {until}, or renew the waiver with {owner}"}
package nginx.grpc.rules.waivers

import data.nginx.grpc.lib.dates
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

some_waivers if count(_in_order) > 0

# covering: the waivers of a finding, by their place in `_waivers`. A comment covers what points at
# its directive, or at something in the block that its directive opens.
covering(finding) := {n | some n in _of_settings[finding.id]; _accepts(_waivers[n], finding)} | {n |
	some place in [finding, finding.node]
	n := _of_comments[[place.file, place.key, place.line, finding.id]]
}

# shown: a waiver as the decision shows it.
shown(n) := object.filter(_waivers[n], {"origin", "id", "reason", "owner", "expires", "file", "line"})

# findings_about the waivers themselves, given which of them were used.
findings_about(used) := ({finding |
	some n in _once({n | some n, _ in _waivers})
	waiver := _waivers[n]
	wrong := _wrong(waiver)
	values := {"id": waiver.id, "setting": waiver.setting, "problem": wrong.problem, "instead": wrong.instead}
	finding := rule.fault(about, [], rule.document(waiver), waiver, values)
} | {finding |
	accepting := {_written(_waivers[n]) | some n in used}
	some n in _once({n | some n in _in_order; not _written(_waivers[n]) in accepting})
	finding := object.union(
		rule.fault(about, ["unused"], rule.document(_waivers[n]), _waivers[n], object.filter(_waivers[n], {"id", "setting"})),
		{"cause": concat("", ["waiver ", _named(_waivers[n]), " accepts nothing"])},
	)
}) | {finding |
	some n in _once(used)
	waiver := _waivers[n]
	dates.day(waiver.expires) - dates.today <= 30
	values := {"id": waiver.id, "setting": waiver.setting, "until": waiver.expires, "owner": waiver.owner}
	finding := rule.fault(about, ["expiring"], rule.document(waiver), waiver, values)
}

_waivers := array.concat(
	[object.union(waiver, object.union(settings.place, {"origin": "settings", "setting": setting, "glob": glob})) |
		some n, written in settings.waivers
		setting := concat("", ["waivers[", format_int(n, 10), "]"])
		glob := object.get(written, "file", "**")
		waiver := object.union({"reason": "", "owner": "", "expires": ""}, written)
	],
	[object.union(waiver, {"origin": "comment", "setting": "", "expires": waiver.until}) |
		some waiver in input.waivers
	],
)

# _written: where a waiver stands; one comment on an object covers many places of it.
_written(waiver) := [waiver.setting, waiver.file, waiver.line, waiver.id]

_once(numbers) := {entry[1] |
	entries := sort([[_written(_waivers[n]), n] | some n in numbers])
	some i, entry in entries
	not _repeated(entries, i)
}

_repeated(entries, i) if entries[i][0] == entries[i - 1][0]

_named(waiver) := waiver.setting if {
	waiver.setting != ""
} else := concat("", [waiver.file, ":", format_int(waiver.line, 10)])

_in_order := {n | some n, waiver in _waivers; not _wrong(waiver)}

_of_settings := {id: places |
	some id in _ids
	places := {n | some n in _in_order; _waivers[n].origin == "settings"; _waivers[n].id == id}
}

# _of_comments: by place and rule. Two comments for one place would be two values for one key.
_of_comments := {array.slice(entry, 0, 4): entry[4] |
	some n, entry in _comments
	not _same_place(n)
}

_comments := sort([[waiver.file, object.get(waiver, "key", ""), waiver.covers, waiver.id, n] |
	some n in _in_order
	waiver := _waivers[n]
	waiver.origin == "comment"
])

_same_place(n) if array.slice(_comments[n], 0, 4) == array.slice(_comments[n - 1], 0, 4)

_accepts(waiver, finding) if {
	object.get(waiver, "server", finding.server) == finding.server
	object.get(waiver, "location", finding.location) == finding.location
	object.get(waiver, "upstream", finding.upstream) == finding.upstream
	glob.match(waiver.glob, ["/"], finding.file)
}

_ids := {id | id := data.nginx.grpc.rules[_].about.id}

_always_holding := rule.always_holding([about | about := data.nginx.grpc.rules[_].about])

_comment := "# nginx-grpc: ignore NG205 until=2027-03-01 owner=payments reason=..."

# _wrong: what is not in order, the first of it. Undefined for a waiver that is.
_wrong(waiver) := {"problem": problem, "instead": _comment} if {
	problem := waiver.problem
	problem != ""
} else := {"problem": "names no rule", "instead": "the id of a rule, as nginx-grpc rules lists them"} if {
	not waiver.id in _ids
} else := {"problem": "is for a rule that always holds", "instead": "remove the waiver"} if {
	waiver.id in _always_holding
} else := {"problem": "stands in a comment, and settings forbid that", "instead": "move it to waivers in the settings"} if {
	waiver.origin == "comment"
	not settings.comments_may_waive
} else := {"problem": "has no reason", "instead": "reason: why the finding is accepted"} if {
	trim_space(waiver.reason) == ""
} else := {"problem": "has no owner", "instead": "owner: who answers for it"} if {
	trim_space(waiver.owner) == ""
} else := {"problem": "has no last day", "instead": "a day as 2027-03-01 (expires in settings, until= in a comment)"} if {
	not dates.day(waiver.expires)
} else := {"problem": _expired(waiver), "instead": "correct the configuration, or renew the waiver"} if {
	dates.day(waiver.expires) < dates.today
} else := {"problem": "has a file pattern of more than *, ** and ?", "instead": "file: conf.d/*.conf"} if {
	not regex.match(`^[^\[\]{}\\]*$`, object.get(waiver, "glob", ""))
}

_expired(waiver) := concat("", ["expired on ", waiver.expires])
