# METADATA
# title: The whole request is read before any of it is passed on
# description: |
#   grpc_pass sends a request's messages on as they come. Some modules make nginx read all of the
#   request first: mirror, unless mirror_request_body is off; ModSecurity, whatever its rules say of
#   bodies; Lua code that reads the body, or runs with lua_need_request_body on. Unary calls and
#   streams that end on the client's side are only late by that. A bidi call in which the client waits
#   for an answer before it goes on never ends: it hangs until its deadline, and nothing is logged.
# custom:
#   harm: some
#   id: NG305
#   levels: {checklist: warn, evidence: warn}
#   message: "{what} makes nginx read the whole request first: a bidi call whose client waits for an answer hangs until its deadline"
#   directive: "{name}"
#   fix:
#     applicability: unsafe
#     why: the copies of requests then have no body
#     edits: [{op: set, in: location, name: mirror_request_body, args: ["off"]}]
#   variants:
#     given:
#       when: settings say streaming bidi
#       levels: {checklist: deny, evidence: deny}
#     modsecurity:
#       when: it is ModSecurity
#       fix:
#         applicability: manual
#         why: "modsecurity off where bidi calls come: it reads all of a request, whatever its rules say"
#     lua:
#       when: it is Lua
#       fix:
#         applicability: manual
#         why: "lua_need_request_body off, and no ngx.req.read_body(), where bidi calls come"
package nginx.grpc.rules.body_read_first

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.settings

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, array.concat(_kind(reader.name), streaming), call.subject, reader, values) if {
	some call in calls.passes
	reader := call.location.reads_body_first
	streaming := _streaming(settings.streaming(calls.names(call)))
	values := {
		"name": reader.name,
		"what": trim_right(concat(" ", [reader.name, reader.value]), " "),
	}
}

# _streaming: undefined where settings say that the clients do not stream both ways.
_streaming(said) := ["given"] if {
	said.bidi
} else := [] if {
	count(said) == 0
}

_kind(name) := [] if {
	name == "mirror"
} else := ["modsecurity"] if {
	name == "modsecurity"
} else := ["lua"]
