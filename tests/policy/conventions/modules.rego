# METADATA
# title: Conventions of modules
# description: >-
#   Habits that keep an error from becoming a pass, over the parsed modules by file under `modules`;
#   `optional` are the names of fields that a document, or a value of the policy's own, may lack.
package conventions.modules

_policy := {file: module | some file, module in input.modules; not endswith(file, "_test.rego")}

_tests := {file: module | some file, module in input.modules; endswith(file, "_test.rego")}

# sprintf differs between engines and is slow; the others do not exist in WebAssembly, or make a
# verdict depend on something else than the document.
_banned := {
	"sprintf", "json.match_schema", "json.verify_schema", "http.send", "opa.runtime", "print",
	"rand.intn", "walk", "time.parse_ns", "net.lookup_ip_addr",
}

found contains concat(" ", [_at(node), "calls", name]) if {
	some file, module in _policy
	walk(module.rules, [_, node])
	name := _called(node)
	name in _banned
}

# OPA 1.21, which conftest embeds, silently finds nothing in `x in {"a", input.y}`.
found contains concat(" ", [_at(node), "looks into a collection of more than constants"]) if {
	some file, module in _policy
	walk(module.rules, [_, node])
	_called(node) in {"internal.member_2", "internal.member_3"}
	collection := _arguments(node)[count(_arguments(node)) - 1]
	collection.type in {"array", "set", "object"}
	not _is_constant(collection)
	not node in _iterations[file]
}

# `some x in ...` goes through a collection and looks nothing up.
_iterations[file] := {symbol |
	walk(module.rules, [_, node])
	some symbol in node.symbols
} if {
	some file, module in _policy
}

# Two bodies of a function that both hold are a conflict, which ends the evaluation.
found contains concat(" ", [file, "has two bodies of the function", name]) if {
	some file, module in _policy
	some i, rule in module.rules
	rule.head.args
	name := rule.head.name
	some j, other in module.rules
	i < j
	other.head.args
	other.head.name == name
}

# The compiler evaluates arguments before `not`: a missing field makes the whole undefined, not true.
found contains concat(" ", [_at(expression), "negates a call on a field that may be missing:", name]) if {
	some file, module in _policy
	walk(module.rules, [_, expression])
	expression.negated
	is_array(expression.terms)
	walk(array.slice(expression.terms, 1, 99), [_, term])
	term.type == "ref"
	is_array(term.value)
	some i, part in term.value
	i > 0
	part.type == "string"
	part.value in input.optional
	name := part.value
	_is_a_call(expression)
}

# OPA joins two tests of one name: if one holds, both do.
found contains concat(" ", [file, "has two tests of the name", name]) if {
	some file, module in _tests
	some i, rule in module.rules
	name := rule.head.name
	startswith(name, "test_")
	some j, other in module.rules
	i < j
	other.head.name == name
}

found contains concat(" ", [file, "holds a test in a file of the policy"]) if {
	some file, module in _policy
	some rule in module.rules
	startswith(rule.head.name, "test_")
}

found contains concat(" ", [file, "puts off a test"]) if {
	some file, module in _tests
	some rule in module.rules
	startswith(rule.head.name, "todo_test_")
}

# conftest reads every deny and warn of a namespace that it is asked for.
found contains concat(" ", [file, "has a rule that conftest would read:", rule.head.name]) if {
	some file, module in _policy
	some rule in module.rules
	regex.match(`^(deny|violation|warn)(_.*)?$`, rule.head.name)
	not _is_entry(module)
}

_is_entry(module) if {
	path := [part.value | some part in module["package"].path]
	path in {["data", "nginx", "grpc"], ["data", "nginx", "grpc", "report"]}
}

_at(node) := concat(":", [node.location.file, format_int(node.location.row, 10)])

# _called: the name of the function that an expression or term calls.
_called(node) := concat(".", [part.value | some part in node.terms[0].value]) if {
	is_array(node.terms)
} else := concat(".", [part.value | some part in node.value[0].value]) if {
	node.type == "call"
}

_arguments(node) := array.slice(node.terms, 1, 99) if {
	is_array(node.terms)
} else := array.slice(node.value, 1, 99)

# `==` and `=` are no calls: there a missing field does make `not` true.
_is_a_call(expression) if not _called(expression) in {"equal", "eq", "assign"}

_is_constant(collection) if {
	every term in _terms(collection) {
		term.type in {"string", "number", "boolean", "null"}
	}
}

_terms(collection) := [term | some pair in collection.value; some term in pair] if {
	collection.type == "object"
} else := collection.value
