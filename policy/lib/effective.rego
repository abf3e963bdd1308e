# METADATA
# title: Values in effect
# description: >-
#   The value of a setting at a node in one of three states: said, default or unknown. A setting
#   that is absent is nginx's default only where nothing unread could hold it in practice.
package nginx.grpc.lib.effective

import data.nginx.grpc.lib.defaults

# setting: {"state", "value", "text", "at"}, or {"state": "unknown", "doubt"}. `value` is in
# milliseconds, bytes, a count, true or false, or a text, as the setting is; `text` is for a reader,
# `written` as nginx takes it.
setting(node, name) := {"state": "unknown", "doubt": doubt} if {
	said := node.directives[name]
	said.unresolved
	doubt := _doubt_of_setting(node, name, said)
} else := {"state": "said", "value": _reading(said), "text": _text(said), "written": said.value, "at": said} if {
	said := node.directives[name]
} else := {"state": "unknown", "doubt": gap_doubt(node)} if {
	_hides(node, name)
} else := {
	"state": "default",
	"value": defaults.value[name].value,
	"text": concat("", [defaults.value[name].text, _default_words(node)]),
	"written": defaults.value[name].text,
	"at": node,
}

# _text says what an inner context overrides: that was meant, and is not in effect.
_text(said) := concat("", [_with_unit(said), " (", said.outer_context, " says ", said.outer_value, ")"]) if {
	said.outer_value
} else := _with_unit(said)

# A time without a unit is in seconds.
_with_unit(said) := concat("", [said.value, "s"]) if {
	said.ms
	regex.match(`^[0-9]+$`, said.value)
} else := said.value

# value alone, where it is known: for the many nodes of which there is nothing to say.
value(node, name) := ms if {
	ms := node.directives[name].ms
} else := _reading(said) if {
	said := node.directives[name]
} else := defaults.value[name].value if {
	not node.directives[name]
	not _hides(node, name)
}

# doubt about the value, where there is one.
doubt(node, name) := _doubt_of_setting(node, name, node.directives[name]) if {
	node.directives[name].unresolved
} else := gap_doubt(node) if {
	_hides(node, name)
	not node.directives[name]
}

# in_doubt: whether some value at the node may not be known.
in_doubt(node) if {
	hidden(node)
} else if {
	some said in node.directives
	said.unresolved
}

# is_on: whether a switch is known to be on. A function, for a value that is not known would make
# `not value(...) == true` undefined, not true.
is_on(node, name) if {
	node.directives[name].on
} else if {
	defaults.value[name].value == true
	value(node, name) == true
}

# hidden: something that was not read may set what this node does not.
hidden(node) if node.gap >= 0

# outside: the context whose rest is not seen, of a node in a part of a configuration. Undefined where
# it is an include in it that was not read.
outside(node) := gap.context if {
	gap := input.gaps[node.gap]
	gap.kind == "context"
}

_hides(node, name) if {
	hidden(node)
	not _is_said_elsewhere(node, name)
}

# Few say it for all of http{}: it is for one upstream or page, and stands beside it.
_is_said_elsewhere(node, name) if {
	_beside[name]
	outside(node) == "http"
}

# docs/fragments.md weighs them.
_beside := {"default_type", "grpc_intercept_errors", "grpc_ssl_server_name", "grpc_ssl_verify"}

_default_words(node) := " (default; http{} is not seen)" if {
	hidden(node)
} else := " (default)"

gap_doubt(node) := {
	"at": gap,
	"reason": concat("", ["include ", gap.what, " was not read: ", gap.reason]),
	"hint": "nginx-grpc check the output of nginx -T, or a folder that holds every include",
} if {
	gap := input.gaps[node.gap]
	gap.kind == "include"
} else := {
	"at": gap,
	"reason": concat("", [gap.what, " is not seen: ", gap.reason]),
	"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
} if {
	gap := input.gaps[node.gap]
} else := {
	"at": node,
	"reason": "something was not read",
	"hint": "nginx-grpc check the whole configuration, as nginx -T prints it",
}

_doubt_of_setting(node, name, said) := gap_doubt(node) if {
	said.why == "gap"
	hidden(node)
} else := {
	"at": said,
	"reason": concat(" ", [word | some word in [name, said.value, _because(said)]; word != ""]),
	"hint": concat("", [name, " with a value that can be read without running nginx"]),
}

_because(said) := because if {
	because := {
		"variable": "holds a variable",
		"gap": "may be overridden by what was not read",
		"rejected": "is no value that nginx takes",
		"duplicate": "is said twice in one block, which nginx refuses",
		"empty": "has no value",
	}[said.why]
} else := "is not known"

_reading(said) := ms if {
	ms := said.ms
} else := bytes if {
	bytes := said.bytes
} else := number if {
	number := said.number
} else := on if {
	on := said.on
} else := said.value if {
	not said.unresolved
}
