package nginx.grpc.lib.fix_test

import data.nginx.grpc.lib.fix

_node := {"file": "a.conf", "line": 3, "column": 5, "path": "/"}

_other := {"file": "b.conf", "line": 9, "key": "web.conf"}

_at := {"file": "a.conf", "line": 3, "column": 5, "key": ""}

_there := {"file": "b.conf", "line": 9, "column": 0, "key": "web.conf"}

_told(applicability, why, edits) := fix.remedy({"applicability": applicability, "why": why, "edits": edits})

_page := fix.adding(_other, "location", ["=", "/grpc"], [
	{"name": "internal", "args": []},
	{"name": "add_header", "args": ["grpc-message", "not there"]},
])

test_operations if {
	fix.place(_node) == _at
	fix.setting(_node, "a", ["b"]) == {"op": "set", "in": _at, "name": "a", "args": ["b"]}
	fix.replacing(_node, "a", "b", []) == {"op": "replace", "at": _at, "was": "a", "name": "b", "args": []}
	fix.removing(_other, "a") == {"op": "remove", "at": _there, "was": "a"}
	fix.adding(_other, "a", [], []) == {"op": "add", "in": _there, "name": "a", "args": [], "block": []}
	fix.moving(_node, "a", _other, "b") == {"op": "move", "at": _at, "was": "a", "after": _there, "after_was": "b"}
}

test_what_people_read if {
	_told("manual", "a second server", []) == "a second server"
	_told("safe", "", [fix.setting(_node, "a", ["b", "c d"])]) == "a b \"c d\";"
	_told("safe", "", [fix.replacing(_node, "a", "b", [])]) == "b;"
	_told("safe", "", [fix.removing(_node, "a")]) == "remove a (line 3)"
	_told("safe", "", [fix.moving(_node, "a", _other, "b")]) == "move a (line 3) behind b (line 9)"
	_told("unsafe", "it is assumed", [fix.setting(_node, "a", ["b"])]) == "a b;   # it is assumed"
}

# A block's words become others, and what is in it stays.
test_words_of_a_block if {
	_told("safe", "", [fix.replacing(_node, "limit_except", "limit_except", ["GET", "POST"])]) == "limit_except GET POST { ... }"
	_told("safe", "", [fix.replacing(_node, "if", "if", ["($a", "~", "^b$", ")"])]) == "if ($a ~ ^b$) { ... }"
}

# What goes into several blocks says where.
test_several_blocks if {
	text := _told("unsafe", "a page", [
		fix.adding(_node, "error_page", ["502", "/grpc"], []),
		fix.adding(_node, "error_page", ["504", "/grpc"], []),
		_page,
	])
	text == concat("\n", [
		"# in a.conf:3",
		"error_page 502 /grpc;",
		"error_page 504 /grpc;",
		"# in b.conf:9",
		"location = /grpc {",
		"    internal;",
		"    add_header grpc-message \"not there\";",
		"}",
		"# a page",
	])
	startswith(_told("unsafe", "a page", [_page]), "location = /grpc {\n    internal;\n")
}

test_quotes if {
	every arg, written in {
		"": `""`,
		"a b": `"a b"`,
		"a;b": `"a;b"`,
		`a"b`: `"a\"b"`,
		`^\d$`: `"^\\d$"`,
		"a#b": `"a#b"`,
		"$a": "$a",
	} {
		_told("safe", "", [fix.setting(_node, "a", [arg])]) == concat("", ["a ", written, ";"])
	}
}

_ingress := {"kind": "Ingress", "namespace": "shop", "name": "api"}

test_objects if {
	_told("safe", "", [fix.saying(_ingress, "a", "5")]) == "Ingress shop/api: a: \"5\""
	_told("safe", "", [fix.renaming(_ingress, "a", "b")]) == "Ingress shop/api: b in place of a"
	_told("safe", "", [fix.extending(_ingress, "a", "b;\nc;")]) == "Ingress shop/api: a: |\nb;\nc;"
}
