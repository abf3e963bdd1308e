# METADATA
# title: Conventions of annotations
# description: >-
#   What the annotation of a rule's package has to say. The input is what `opa inspect --annotations`
#   says of the policy under `inspected`, and the parsed modules by file under `modules`.
package conventions.annotations

_rules := {file: module |
	some file, module in input.modules
	_path(module)[2] == "rules"
	count(_path(module)) == 4
	not endswith(_path(module)[3], "_test")
}

_path(module) := array.slice([part.value | some part in module["package"].path], 1, 99)

_annotation[file] := entry.annotations if {
	some entry in input.inspected.annotations
	entry.annotations.scope == "package"
	file := entry.location.file
}

found contains concat(" ", [file, "has no annotation"]) if {
	some file, _ in _rules
	not _annotation[file]
}

found contains concat(" ", [file, "lacks", key]) if {
	some file, _ in _rules
	some key in ["title", "description"]
	not _annotation[file][key]
}

found contains concat(" ", [file, "lacks", key]) if {
	some file, _ in _rules
	some key in ["harm", "id", "levels", "message", "fix"]
	not key in object.keys(_annotation[file].custom)
}

found contains concat(" ", [file, "has an unknown key", key]) if {
	some file, _ in _rules
	some key in object.keys(_annotation[file].custom)
	not key in {"harm", "id", "item", "levels", "security", "message", "directive", "fix", "variants", "versions"}
}

found contains concat(" ", [file, "has no id of the form NG103"]) if {
	some file, _ in _rules
	not regex.match(`^NG[0-9]{3}$`, object.get(_annotation[file], ["custom", "id"], ""))
}

found contains concat(" ", [file, "has an id that another rule has"]) if {
	some file, _ in _rules
	some other, _ in _rules
	file != other
	_annotation[file].custom.id == _annotation[other].custom.id
}

# In the order of reports: what casts doubt on the verdict, fails every call that comes there, fails
# some of them, or none yet.
found contains concat(" ", [file, "has no harm of verdict, every, some, latent"]) if {
	some file, _ in _rules
	not object.get(_annotation[file], ["custom", "harm"], "") in {"verdict", "every", "some", "latent"}
}

found contains concat(" ", [file, "has no item of the checklist, 1 to 7"]) if {
	some file, _ in _rules
	not object.get(_annotation[file], ["custom", "item"], 1) in numbers.range(1, 7)
}

found contains concat(" ", [file, "has no security from 0 to 10"]) if {
	some file, _ in _rules
	security := _annotation[file].custom.security
	not _is_severity(security)
}

found contains concat(" ", [file, name, "has no level for each profile"]) if {
	some file, _ in _rules
	some name, words in _wordings[file]
	not _has_levels(words)
}

found contains concat(" ", [file, name, "does not say when it holds"]) if {
	some file, _ in _rules
	some name, words in _variants[file]
	object.get(words, "when", "") == ""
}

found contains concat(" ", [file, name, "has an unknown key", key]) if {
	some file, _ in _rules
	some name, words in _variants[file]
	some key in object.keys(words)
	not key in {"when", "levels", "cap", "message", "directive", "fix"}
}

# What settings can't raise is no deny to begin with.
found contains concat(" ", [file, name, "is a deny that is capped"]) if {
	some file, _ in _rules
	some name, words in _variants[file]
	words.cap == "warn"
	"deny" in {level | some level in object.get(words, "levels", _annotation[file].custom.levels)}
}

found contains concat(" ", [file, "never fills", placeholder]) if {
	some file, module in _rules
	some words in _wordings[file]
	some text in _texts(words)
	some match in regex.find_all_string_submatch_n(`\{([a-z_]+)\}`, text, -1)
	placeholder := match[1]
	not placeholder in _keys[file]
}

found contains concat(" ", [file, name, "has no fix, or one of another shape"]) if {
	some file, _ in _rules
	some name, words in _wordings[file]
	not _is_fix(object.get(words, "fix", {}), _keys[file])
}

found contains concat(" ", [file, name, "has a fix with an unknown key", key]) if {
	some file, _ in _rules
	some name, words in _wordings[file]
	some key in object.keys(object.get(words, "fix", {}))
	not key in {"applicability", "why", "edits"}
}

found contains concat(" ", [file, name, "has no such edit:", json.marshal(edit)]) if {
	some file, _ in _rules
	some name, words in _wordings[file]
	some edit in object.get(words, ["fix", "edits"], [])
	not _is_edit(edit, _keys[file])
}

found contains concat(" ", [file, "has a description of fewer than two sentences"]) if {
	some file, _ in _rules
	count(regex.find_all_string_submatch_n(`[.!?](\s|$)`, _annotation[file].description, -1)) < 2
}

found contains concat(" ", [file, "is not in the folder of its package"]) if {
	some file, module in _rules
	name := _path(module)[3]
	not endswith(file, concat("/", ["rules", name, concat("", [name, ".rego"])]))
}

_variants[file] := object.get(_annotation[file].custom, "variants", {}) if some file, _ in _rules

_wordings[file] := object.union(
	{"main": _main(file)},
	{name: object.union(_main(file), words) | some name, words in _variants[file]},
) if {
	some file, _ in _rules
}

_main(file) := object.filter(_annotation[file].custom, {"levels", "message", "directive", "fix"})

# Edits and whole fixes may be made in the module.
_is_fix(fix, keys) if {
	fix.applicability == "safe"
	_has_edits(fix, keys)
} else if {
	fix.applicability == "unsafe"
	fix.why != ""
	_has_edits(fix, keys)
} else if {
	fix.applicability == "manual"
	fix.why != ""
}

_has_edits(fix, keys) if {
	count(fix.edits) > 0
} else if {
	"edits" in keys
} else if {
	"fix" in keys
}

_is_edit(edit, keys) if {
	object.keys(edit) == {"op"} | _fields[edit.op]
	every field in object.keys(edit) & {"in", "at", "after"} {
		edit[field] in ({"at", "subject", "location", "server", "upstream"} | keys)
	}
}

_fields := {
	"set": {"in", "name", "args"},
	"replace": {"at", "was", "name", "args"},
	"remove": {"at", "was"},
	"add": {"in", "name", "args"},
	"move": {"at", "was", "after", "after_was"},
}

_texts(words) := {text | walk(object.filter(words, {"message", "directive", "fix"}), [_, text]); is_string(text)}

_has_levels(words) if {
	object.keys(words.levels) == {"checklist", "evidence"}
	every level in words.levels {
		level in {"deny", "warn", "off"}
	}
}

# _keys: the names that the module gives to values.
_keys[file] := {key.value |
	walk(module, [_, node])
	node.type == "object"
	some pair in node.value
	key := pair[0]
	key.type == "string"
} if {
	some file, module in _rules
}

_is_severity(security) if {
	is_number(security)
	security >= 0
	security <= 10
}
