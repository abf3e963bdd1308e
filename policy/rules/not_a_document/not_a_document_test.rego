package nginx.grpc.rules.not_a_document_test

import data.nginx.grpc.rules.not_a_document
import data.nginx.grpc.testing as t

_document := t.one_location(t.pass("/", {}))

_says(found, text) if {
	[finding] = [finding | some finding in found]
	contains(finding.message, text)
	contains(finding.message, "run the bridge")
	finding.levels == {"checklist": "deny", "evidence": "deny"}
}

test_document if {
	t.is_clean(not_a_document.findings) with input as _document
}

test_what_is_no_document if {
	_says(not_a_document.findings, "the input is missing")
	_says(not_a_document.findings, "the input is null") with input as null
	_says(not_a_document.findings, "the input is true or false") with input as false
	_says(not_a_document.findings, "the input is a number") with input as 1
	_says(not_a_document.findings, "the input is a text") with input as "server {}"
	_says(not_a_document.findings, "the input is an empty list") with input as []
	_says(not_a_document.findings, "the input is a list") with input as [[]]
	_says(not_a_document.findings, "the input has no schema_version") with input as {}
}

test_other_json if {
	_says(not_a_document.findings, "raw nginx directives") with input as {"directives": [{"name": "http"}]}
	_says(not_a_document.findings, "the output of crossplane") with input as {"status": "ok", "errors": [], "config": []}
	_says(not_a_document.findings, "conftest's --combine") with input as {"path": "a.json", "contents": _document}
}

test_other_versions if {
	_says(not_a_document.findings, "schema_version 1, and this policy reads 2") with input as object.union(_document, {"schema_version": 1})
	_says(not_a_document.findings, "schema_version in another spelling") with input as object.union(_document, {"schema_version": "1"})
}

test_lost_and_wrong_fields if {
	found := not_a_document.findings with input as object.remove(_document, ["servers"])
	_says(found, "the document is not as its schema says: servers;")
	{finding.file | some finding in found} == {"nginx.conf"}
	_says(not_a_document.findings, "complete, gaps, schema_typo and 1 more;") with input as object.union(
		object.remove(_document, ["complete"]),
		{"schema_typo": 1, "gaps": {}, "waivers": 1},
	)
}

test_what_does_not_hold_together if {
	_says(not_a_document.findings, "does not hold together: / carries gRPC without a target") with input as t.one_location(t.location(
		"/",
		{"grpc": {"carries": "pass", "reasons": []}},
	))
}
