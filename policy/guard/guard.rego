# METADATA
# title: Guard
# description: >-
#   Whether the input is a document that the rules can be asked about, and if not, what it is.
package nginx.grpc.guard

import data.nginx.grpc.guard.document
import data.nginx.grpc.guard.links

default passed := false

passed if {
	document.ok
	count(links.wrong) == 0
}

place := {"file": input.source.entry, "line": 1} if {
	is_string(input.source.entry)
} else := {"file": "input", "line": 1}

what := "the input is missing" if {
	not _given
} else := "the input is an empty list" if {
	input == []
} else := concat("", ["the input is ", kind, ", not a document"]) if {
	kind := _kind
} else := "the input is raw nginx directives, as conftest's own nginx parser gives them" if {
	_ = input.directives
} else := "the input is the output of crossplane" if {
	_ = input.config
} else := "the input is conftest's --combine" if {
	_ = input.contents
} else := "the input has no schema_version" if {
	not input.schema_version
} else := concat("", ["the document has schema_version ", _version, ", and this policy reads 2"]) if {
	input.schema_version != 2
} else := concat("", ["the document is not as its schema says: ", _first(document.wrong)]) if {
	not document.ok
} else := concat("", ["the document does not hold together: ", _first(links.wrong)])

_given if _ = input

_kind := {
	"null": "null",
	"boolean": "true or false",
	"number": "a number",
	"string": "a text",
	"array": "a list",
}[type_name(input)]

_version := format_int(input.schema_version, 10) if {
	is_number(input.schema_version)
} else := "in another spelling"

# _first names, so that a line stays a line.
_first(names) := concat(", ", sorted) if {
	count(names) < 4
	sorted := sort(names)
} else := concat("", [concat(", ", array.slice(sort(names), 0, 3)), " and ", more, " more"]) if {
	more := format_int(count(names) - 3, 10)
}
