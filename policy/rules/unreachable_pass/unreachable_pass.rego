# METADATA
# title: Calls do not get as far as grpc_pass
# description: |
#   An unconditional `return` runs before the content handler and wins, in the location and in the
#   server around it. `limit_except` without POST refuses every call, for each gRPC call is a POST.
#   The client sees what the return says (404 is UNIMPLEMENTED), or PERMISSION_DENIED.
# custom:
#   id: NG209
#   item: 0
#   levels: {checklist: deny, evidence: deny}
#   message: "return {code} stands beside grpc_pass and wins: no call reaches the server"
#   remedy: "remove return, or put it into an if"
#   variants:
#     server:
#       when: the return stands in the server
#       message: "return {code} in the server answers every request: no call reaches a location"
#       remedy: "location / { return {code}; }"
#     methods:
#       when: limit_except leaves out POST
#       message: "limit_except lets {methods} through and refuses POST, which every gRPC call is"
#       remedy: "limit_except {methods} POST { ... }"
#   evidence: docs/rules/NG209.md
package nginx.grpc.rules.unreachable_pass

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, answer, {"code": format_int(answer.code, 10)}) if {
	some call in calls.passes
	call.location.modifier != "if"
	answer := call.location.return
}

findings contains rule.fault(about, ["server"], entry.subject, answer, {"code": format_int(answer.code, 10)}) if {
	some entry in calls.servers
	answer := entry.server.return
}

findings contains rule.fault(about, ["methods"], call.subject, limit, {"methods": concat(" ", limit.methods)}) if {
	some call in calls.passes
	limit := call.location.limit_except
	limit.denies
	not "POST" in limit.methods
}
