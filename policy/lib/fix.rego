# METADATA
# title: Edits
# description: >-
#   What a rule's fix is made of, and the one wording of it for people. An edit names the place of a
#   node, an operation and a directive as nginx reads it; who writes it quotes and indents.
package nginx.grpc.lib.fix

# place of a node, for an edit. A column of 0 is not known.
place(node) := {
	"file": node.file,
	"line": node.line,
	"column": object.get(node, "column", 0),
	"key": object.get(node, "key", ""),
}

# setting: where the block says it, its arguments become these; else it is put there.
setting(block, name, args) := {"op": "set", "in": place(block), "name": name, "args": args}

# replacing the directive `was` by another.
replacing(at, was, name, args) := {"op": "replace", "at": place(at), "was": was, "name": name, "args": args}

removing(at, was) := {"op": "remove", "at": place(at), "was": was}

# adding one more to a block, with a block of its own or [].
adding(within, name, args, block) := {"op": "add", "in": place(within), "name": name, "args": args, "block": block}

moving(at, was, after, after_was) := {
	"op": "move",
	"at": place(at),
	"was": was,
	"after": place(after),
	"after_was": after_was,
}

# saying something in an object of Kubernetes: an annotation of an Ingress or a key of a ConfigMap.
saying(owner, name, value) := {"op": "set", "owner": owner, "key": name, "value": value}

# extending nginx's lines that it says.
extending(owner, name, lines) := {"op": "extend", "owner": owner, "key": name, "value": lines}

# renaming what it says, where nothing has the other name.
renaming(owner, name, to) := {"op": "rename", "owner": owner, "key": name, "to": to}

# remedy for people: the lines to write and what to keep in mind, or what is to be decided.
remedy(fix) := fix.why if {
	fix.applicability == "manual"
} else := text if {
	fix.why == ""
	text := concat("\n", _texts(fix.edits))
} else := concat("   # ", [_texts(fix.edits)[0], fix.why]) if {
	count(fix.edits) == 1
	object.get(fix.edits[0], "block", []) == []
} else := concat("\n# ", [concat("\n", _texts(fix.edits)), fix.why])

_texts(edits) := [_text(edit) | some edit in edits] if {
	count({edit["in"] | some edit in edits}) < 2
} else := [concat("", [_heading(edits, i), _text(edit)]) | some i, edit in edits]

# Lines for several blocks stand below the block that each is for.
_heading(edits, i) := heading if {
	within := edits[i]["in"]
	not _same_block(edits, i)
	heading := concat("", ["# in ", within.file, ":", format_int(within.line, 10), "\n"])
} else := ""

_same_block(edits, i) if edits[i - 1]["in"] == edits[i]["in"]

_text(edit) := concat("", [_object(edit), edit.key, ": |\n", edit.value]) if {
	edit.owner
	edit.op == "extend"
} else := concat("", [_object(edit), edit.to, " in place of ", edit.key]) if {
	edit.owner
	edit.op == "rename"
} else := concat("", [_object(edit), edit.key, ": \"", edit.value, "\""]) if {
	edit.owner
} else := concat("", ["remove ", edit.was, _on_line(edit.at)]) if {
	edit.op == "remove"
} else := concat("", ["move ", edit.was, _on_line(edit.at), " behind ", edit.after_was, _on_line(edit.after)]) if {
	edit.op == "move"
} else := concat("", [replace(_directive(edit), " )", ")"), " { ... }"]) if {
	_blocks[edit.name]
	edit.op == "replace"
} else := concat("", [_directive(edit), ";"]) if {
	object.get(edit, "block", []) == []
} else := concat("", [_directive(edit), " {\n", concat("", [_inside(inner) | some inner in edit.block]), "}"])

# Of these the words alone are replaced.
_blocks := {"if", "limit_except", "location"}

_inside(directive) := concat("", ["    ", _directive(directive), ";\n"])

_on_line(at) := concat("", [" (line ", format_int(at.line, 10), ")"])

_directive(directive) := concat(" ", array.concat([directive.name], [_quoted(arg) | some arg in directive.args]))

_quoted(arg) := concat("", ["\"", replace(replace(arg, "\\", "\\\\"), "\"", "\\\""), "\""]) if {
	_needs_quotes(arg)
} else := arg

_needs_quotes(arg) if regex.match(`^$|[ \t\n\r;{}"'\\#]`, arg)

_object(edit) := concat("", [edit.owner.kind, " ", edit.owner.namespace, "/", edit.owner.name, ": "])
