package nginx.grpc.rules.content_type_exact_test

import data.nginx.grpc.rules.content_type_exact
import data.nginx.grpc.testing as t

_if(variable, operator, value, more) := t.pass("if", object.union(
	{
		"parent": "/",
		"modifier": "if",
		"condition": {
			"text": concat(" ", [variable, operator, value]),
			"variable": variable,
			"operator": operator,
			"value": value,
		},
	},
	more,
))

_split(variable, operator, value) := t.locations([t.proxied("/", "no", {}), _if(variable, operator, value, {})])

_exact := _split("$http_content_type", "=", "application/grpc")

_exact_other := _split("$content_type", "=", "Application/gRPC")

_pattern := _split("$http_content_type", "~", "^application/grpc")

_subtype := _split("$http_content_type", "=", "application/grpc+proto")

_another := _split("$http_accept", "=", "application/grpc")

_refused := t.locations([t.pass("/", {}), _if("$http_content_type", "!=", "application/grpc", {
	"grpc": {"carries": "no", "reasons": []},
	"handler": "return",
	"return": t.answer(415, "none"),
})])

_http := t.locations([t.proxied("/", "no", {}), t.location("if", {
	"parent": "/",
	"modifier": "if",
	"condition": {
		"text": "$http_content_type = application/grpc",
		"variable": "$http_content_type",
		"operator": "=",
		"value": "application/grpc",
	},
	"handler": "return",
	"return": t.answer(415, "none"),
})])

test_exact if {
	found := content_type_exact.findings with input as _exact
	t.faults(found) == {"calls of type application/grpc+proto do not match = \"application/grpc\" and are not taken for gRPC"}
	t.remedies(found) == {"if ($http_content_type ~ \"^application/grpc($|[+;])\") { ... }"}
	t.fixes(found) == {["safe", "replace if if ($http_content_type ~ ^application/grpc($|[+;]) )"]}
	t.subjects(found) == {["api.example", "if", ""]}
	count(content_type_exact.findings) == 1 with input as _exact_other
}

test_refused if {
	t.remedies(content_type_exact.findings) == {"if ($http_content_type !~ \"^application/grpc($|[+;])\") { ... }"} with input as _refused
}

test_others if {
	t.is_clean(content_type_exact.findings) with input as _pattern
	t.is_clean(content_type_exact.findings) with input as _subtype
	t.is_clean(content_type_exact.findings) with input as _another
	t.is_clean(content_type_exact.findings) with input as _http
}
