package nginx.grpc.lib.browsers_test

import data.nginx.grpc.lib.browsers
import data.nginx.grpc.testing as t

_cors := [t.header("Access-Control-Allow-Origin", "*")]

_plain := [t.header("X-Frame-Options", "DENY")]

_listed(locations, directive, context, headers) := t.listed(
	t.locations(locations),
	[t.header_list(directive, context, headers)],
)

_numbers(document) := numbers if {
	numbers := browsers.numbers with input as document
}

test_headers_of_the_location if {
	_numbers(_listed([t.pass("/", {"add_header": 0})], "add_header", "location", _cors)) == {0}
	_numbers(_listed([t.pass("/", {"grpc_set_header": 0})], "grpc_set_header", "server", [t.header("X-Grpc-Web", "1")])) == {0}
	_numbers(_listed([t.pass("/", {"add_header": 0})], "add_header", "location", _plain)) == set()
}

# Another number is no number of a list of headers.
test_pages_are_no_headers if {
	document := object.union(
		_listed([t.pass("/", {"error_page": 0})], "add_header", "location", _cors),
		{"error_page_lists": [{"context": "location", "complete": true, "pages": [t.error_page([404], "", "/404")]}]},
	)
	_numbers(document) == set()
}

_with_if(more) := [t.pass("/", {}), t.location("/", object.union(
	{"id": "if", "parent": "/", "modifier": "if", "add_header": 0},
	more,
))]

test_headers_of_an_if if {
	_numbers(_listed(_with_if({}), "add_header", "if", _cors)) == {0}
	_numbers(_listed(_with_if({}), "add_header", "if", _plain)) == set()
}

# A page beneath the path of a service says nothing of the service.
test_headers_of_a_location_within if {
	_numbers(_listed(_with_if({"modifier": ""}), "add_header", "location", _cors)) == set()
}

# Who has the module translates, and the headers are right.
test_a_module_that_translates if {
	translated := {"add_header": 0, "directives": t.fields({"grpc_web": t.flag(true)})}
	_numbers(_listed([t.pass("/", translated)], "add_header", "location", _cors)) == set()
}

_relabelling(directive, name, value) := indices if {
	found := browsers.relabelling with input as _listed([], directive, "location", [t.header(name, value)])
	indices := object.keys(found)
}

test_what_is_called_grpc if {
	every value in ["application/grpc", "application/grpc+proto", "application/grpc;v=1", "$type"] {
		_relabelling("grpc_set_header", "Content-Type", value) == {0}
	}
	same := ["$content_type", "${content_type}", "$http_content_type", "${http_content_type}"]
	others := ["application/grpc-web", "x-application/grpc", "application/json", ""]
	every value in array.concat(same, others) {
		_relabelling("grpc_set_header", "Content-Type", value) == set()
	}
	_relabelling("add_header", "Content-Type", "application/grpc") == set()
	_relabelling("grpc_set_header", "X-Type", "application/grpc") == set()
}
