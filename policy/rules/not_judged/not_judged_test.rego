package nginx.grpc.rules.not_judged_test

import data.nginx.grpc.rules.not_judged

_unknown(id, reason, line) := {
	"id": id,
	"outcome": "unknown",
	"reason": reason,
	"hint": concat(" ", ["mend", reason]),
	"file": "nginx.conf",
	"line": line,
	"key": "",
}

test_nothing_unknown if {
	not_judged.findings_about([]) == []
}

test_one_finding_for_all if {
	[finding] = not_judged.findings_about([
		_unknown("NG106", "b", 7),
		_unknown("NG103", "a", 9),
		_unknown("NG105", "b", 8),
	])
	finding.message == "not judged in full: NG103: a; NG105, NG106: b"
	finding.remedy == "mend a\nmend b"
	finding.file == "nginx.conf"
	finding.line == 7
	finding.outcome == "unknown"
}

test_key_of_a_config_map if {
	[finding] = not_judged.findings_about([object.union(_unknown("NG106", "b", 7), {"key": "api.conf"})])
	finding.key == "api.conf"
}

test_no_more_than_are_shown if {
	[finding] = not_judged.findings_about([_unknown("NG103", reason, 1) | some reason in ["a", "b", "c", "d"]])
	finding.message == "not judged in full: NG103: a; NG103: b; NG103: c; NG103: d"
}

test_a_few_reasons_are_enough if {
	[finding] = not_judged.findings_about([_unknown("NG103", reason, 1) | some reason in ["a", "b", "c", "d", "e", "f"]])
	finding.message == "not judged in full: NG103: a; NG103: b; NG103: c; NG103: d; and 2 more"
	finding.remedy == "mend a\nmend b\nmend c\nmend d"
}
