# METADATA
# title: An error page that is worse than none
# description: |
#   Without a page a client makes UNAVAILABLE of nginx's 502, 503 or 504, and a client with a retry
#   policy tries again. A page that is not quite gRPC takes that away: for `return 204` nginx drops
#   the content type, and grpc-go and grpc-java report UNKNOWN, which nobody retries; a body is read
#   as a message; without `=` the status stays 502 and add_header without `always` adds nothing; a
#   page called e502.html is sent as HTML. Right everywhere is status 200, application/grpc,
#   grpc-status and no body.
# custom:
#   id: NG110
#   item: 7
#   levels: {checklist: deny, evidence: deny}
#   message: "for {statuses} clients get a page that is no gRPC answer ({page}): they see UNKNOWN or INTERNAL instead of UNAVAILABLE and do not retry"
#   remedy: "return 200;"
#   variants:
#     no_content:
#       when: the page answers 204
#       message: "for {statuses} clients get 204 from {page}, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN and do not retry"
#     body:
#       when: the page has a body
#       message: "for {statuses} clients get a body from {page}, which they read as a message: UNKNOWN, INTERNAL or RESOURCE_EXHAUSTED instead of UNAVAILABLE"
#     not_grpc:
#       when: the page is not application/grpc
#       message: "for {statuses} clients get {page} with another status and not as application/grpc: they report UNKNOWN and do not retry"
#       remedy: "location = /grpc_unavailable {\n    internal;\n    default_type application/grpc;\n    add_header grpc-status 14;\n    add_header grpc-message \"upstream unavailable\";\n    return 200;\n}"
#     status:
#       when: the page has an HTTP status that clients do not retry
#       message: "for {statuses} {page} answers with another HTTP status: clients no longer see UNAVAILABLE and do not retry"
#     headers_lost:
#       when: the status is kept and add_header lacks always
#       message: "for {statuses} {page} is sent as application/grpc with the status kept, so grpc-status is not added: grpc-go reports UNKNOWN and does not retry"
#       remedy: "error_page {statuses} = {page};"
#     no_status:
#       when: the page has no grpc-status
#       message: "for {statuses} {page} is sent as application/grpc without grpc-status: clients report UNKNOWN or INTERNAL and do not retry"
#       remedy: "add_header grpc-status 14;"
#     ok_status:
#       when: the page says grpc-status 0
#       message: "for {statuses} {page} says grpc-status 0: the client takes the failed call for answered"
#       remedy: "add_header grpc-status 14;"
#     redirect:
#       when: the page is a URL
#       message: "for {statuses} clients get a redirect to {page}, which no gRPC client follows: they report UNKNOWN and do not retry"
#       remedy: "error_page {statuses} = /grpc_unavailable;"
#     missing:
#       when: the named location does not exist
#       message: "for {statuses} nginx looks for {page}, which does not exist, and answers 500: clients report UNKNOWN and do not retry"
#       remedy: "location {page} {\n    default_type application/grpc;\n    add_header grpc-status 14;\n    add_header grpc-message \"upstream unavailable\";\n    return 200;\n}"
#     older_clients:
#       when: the status is kept and add_header says always
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "for {statuses} {page} keeps the HTTP status: clients see UNAVAILABLE, but grpc-go before 1.83 not the message"
#       remedy: "error_page {statuses} = {page};"
#   evidence: docs/rules/NG110.md
package nginx.grpc.rules.error_page_harm

import data.nginx.grpc.lib.pages
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [harm.kind], _subject(harm), _at(harm), values) if {
	some harm in _harms
	statuses := [format_int(status, 10) | some status in harm.statuses]
	values := {"statuses": concat(" ", statuses), "page": harm.verdict.entry.uri}
}

findings contains rule.unknown(about, [], doubt) if doubt := pages.verdict[_][_][_].doubt

# _harms: one for each page and kind of harm, with the statuses that it is for.
_harms := {harm |
	some number, lists in pages.verdict
	some statuses in lists
	some verdict in statuses
	_is_harm(verdict)
	same := sort([status | some status, twin in statuses; twin == verdict])
	harm := {"number": number, "kind": verdict.kind, "verdict": verdict, "statuses": same}
}

_is_harm(verdict) if not verdict.kind in {"good", "plain", "passes", "unknown"}

_subject(harm) := {
	"server": input.servers[harm.number].name,
	"location": location.name,
	"upstream": "",
	"node": location,
} if {
	location := harm.verdict.page.location
} else := {
	"server": input.servers[harm.number].name,
	"location": "",
	"upstream": "",
	"node": harm.verdict.entry,
}

# Point at the line to change: the page's return, or the error_page.
_at(harm) := harm.verdict.entry if {
	harm.kind in {"headers_lost", "older_clients"}
} else := answer if {
	answer := harm.verdict.page.location.return
} else := harm.verdict.entry
