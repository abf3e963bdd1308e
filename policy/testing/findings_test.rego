# What a test asks of the findings of a rule.
package nginx.grpc.testing

# faults: the messages.
faults(findings) := {finding.message | some finding in findings; finding.outcome == "fault"}

# places: the lines that the faults point at.
places(findings) := {finding.line | some finding in findings; finding.outcome == "fault"}

remedies(findings) := {finding.remedy | some finding in findings; finding.outcome == "fault"}

# fixes: how safe each is, and each of its edits in short, without its place.
fixes(findings) := {array.concat([finding.fix.applicability], [_edit(edit) | some edit in finding.fix.edits]) |
	some finding in findings
	finding.outcome == "fault"
}

_edit(edit) := concat(" ", [word | some word in words; word != ""]) if {
	named := [edit.op, object.get(edit, "was", ""), object.get(edit, "name", "")]
	said := [object.get(edit, field, "") | some field in ["key", "value", "to"]]
	words := array.concat(array.concat(named, said), object.get(edit, "args", []))
}

# decisions: what somebody has to decide.
decisions(findings) := {finding.fix.why | some finding in findings; finding.fix.applicability == "manual"}

# directives that the faults are about.
directives(findings) := {finding.directive | some finding in findings; finding.outcome == "fault"}

# levels of the faults in a profile.
levels(findings, profile) := {finding.levels[profile] |
	some finding in findings
	finding.outcome == "fault"
}

# reasons: why something is not judged.
reasons(findings) := {finding.reason | some finding in findings; finding.outcome == "unknown"}

# is_clean: nothing is wrong and nothing is unknown.
is_clean(findings) if count(findings) == 0

# is_weak: settings can't raise them to deny.
is_weak(findings) if {
	every finding in findings {
		finding.cap == "warn"
	}
}

# hints: what would let it be judged.
hints(findings) := {finding.hint | some finding in findings; finding.outcome == "unknown"}

# doubtful: the levels, in a profile, of what is not judged.
doubtful(findings, profile) := {finding.levels[profile] |
	some finding in findings
	finding.outcome == "unknown"
}

# subjects: server, location and upstream that the faults are about.
subjects(findings) := {[finding.server, finding.location, finding.upstream] |
	some finding in findings
	finding.outcome == "fault"
}
