# METADATA
# title: A filter for pages changes gRPC's answers
# description: |
#   nginx's filters of bodies are made for text/html. Where their types are told to be any (`*`), or
#   gRPC's, they change messages as well: the length before each message is then wrong, and clients
#   wait for the rest until the deadline, or end with INTERNAL. What is added before or behind a body,
#   another charset, a stylesheet and an image filter change every call, also an error without a
#   message; a sub_filter each whose messages hold its text. `gzip_types *` harms no call: gRPC clients
#   ask for no such encoding.
# custom:
#   harm: some
#   id: NG222
#   levels: {checklist: deny, evidence: deny}
#   message: "{what} changes every answer: no call ends with what its server says"
#   directive: "{name}"
#   fix:
#     applicability: unsafe
#     why: "other answers of the location that are no text/html are no longer changed"
#   variants:
#     charset:
#       when: the body is recoded
#       message: "{what} recodes every answer: calls that fail without a message end with UNKNOWN or INTERNAL, and messages are changed"
#       fix: {why: "other answers of the location are no longer recoded"}
#     image:
#       when: it is an image filter
#       message: "{what} answers every call with 415: UNKNOWN"
#       fix: {why: "images of the location are no longer changed"}
#     text:
#       when: it looks for a text
#       message: "{what} changes each answer that holds the text: its length is wrong then, and the call hangs or ends with INTERNAL"
#     page:
#       when: it looks for a tag of HTML
#       levels: {checklist: warn, evidence: warn}
#     echo:
#       when: it has no types
#       fix: {applicability: manual, why: "take {name} away where gRPC comes"}
package nginx.grpc.rules.answer_changed

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(filter), call.subject, filter, values) if {
	some call in calls.passes
	filter := call.location.answer_filter
	filter.effect != "unknown"
	values := {
		"name": filter.name,
		"what": concat(" ", [filter.name, filter.value]),
		"edits": _edits(call, filter.name),
	}
}

# ingress-nginx writes such code into each location itself.
findings contains rule.unknown(about, [], doubt) if {
	some call in calls.passes
	filter := call.location.answer_filter
	filter.effect == "unknown"
	input.controller == ""
	doubt := {
		"at": filter,
		"reason": concat("", ["what ", filter.name, " makes of answers is not seen"]),
		"hint": concat("", ["take ", filter.name, " away where gRPC comes"]),
	}
}

_forms(filter) := ["text", "page"] if {
	filter.effect == "text"
	startswith(filter.value, "<")
} else := ["text"] if {
	filter.effect == "text"
} else := object.get(_kinds, filter.name, [])

_kinds := {
	"source_charset": ["charset"],
	"image_filter": ["image"],
	"echo_before_body": ["echo"],
	"echo_after_body": ["echo"],
}

_edits(call, name) := [fix.setting(call.subject.nodes.location, line[0], [line[1]])] if {
	line := _instead[name]
} else := []

_instead := {
	"sub_filter": ["sub_filter_types", "text/html"],
	"subs_filter": ["subs_filter_types", "text/html"],
	"add_before_body": ["addition_types", "text/html"],
	"add_after_body": ["addition_types", "text/html"],
	"xslt_stylesheet": ["xslt_types", "text/xml"],
	"source_charset": ["charset", "off"],
	"image_filter": ["image_filter", "off"],
}
