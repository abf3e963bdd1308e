# METADATA
# title: No gRPC error page for 502, 503 and 504
# description: |
#   When an upstream is dead or late, nginx answers with an HTML page of status 502 or 504. Clients
#   make UNAVAILABLE of the status, so nothing breaks; what a page for gRPC adds is the message, an
#   answer in the form that gRPC prescribes (trailers only), and with it retries in C-core that do not
#   depend on timing. The page has to answer 200 with application/grpc and grpc-status.
# custom:
#   harm: latent
#   id: NG109
#   item: 7
#   levels: {checklist: deny, evidence: "off"}
#   message: "{statuses} of nginx itself reach the client as HTML: {why}"
#   directive: error_page
#   fix: {applicability: safe}
#   variants:
#     partial:
#       when: at least one of the three has a page for gRPC
#       levels: {checklist: warn, evidence: "off"}
#       cap: warn
package nginx.grpc.rules.error_page

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.page_edits
import data.nginx.grpc.lib.pages
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(missing), call.subject, _at(call.location), values) if {
	some call in _first_answers
	not _hidden(call)
	missing := [status | some status in _wanted; not _has_page(call, status)]
	count(missing) > 0
	values := {"statuses": _listed(missing), "why": _why(call, missing), "edits": _edits(call, missing)}
}

findings contains rule.unknown(about, [], doubt) if {
	some call in _first_answers
	some status in _wanted
	doubt := _verdict(call, status).doubt
}

findings contains rule.unknown(about, [], effective.gap_doubt(call.location)) if {
	some call in _first_answers
	_hidden(call)
}

# What is itself an error page gets none when it fails.
_first_answers := [call |
	some call in calls.passes
	not call.location.internal
	call.location.modifier != "@"
]

_wanted := [502, 503, 504]

# A page that does harm is NG110's, and one that is not known is a doubt.
_has_page(call, status) if _verdict(call, status).kind != "plain"

_verdict(call, status) := pages.verdict[call.number][call.location.error_page][status]

_hidden(call) if {
	object.get(call.location, "error_page", -1) < 0
	effective.hidden(call.location)
	not _lacks_pages(call)
}

# An error_page in an unseen http{} would lead to a location of the server, which is seen.
_lacks_pages(call) if {
	effective.outside(call.location) == "http"
	not _with_pages[call.number]
}

_with_pages contains number if {
	some number, server in input.servers
	some location in server.locations
	_may_be_page(location)
}

_may_be_page(location) if {
	location.internal
} else if {
	location.modifier == "@"
} else if {
	location.handler == "return"
	location.return.code < 300
	location.directives.default_type
}

_forms(missing) := [] if {
	count(missing) == 3
} else := ["partial"]

_at(location) := first if {
	first := input.error_page_lists[location.error_page].pages[0]
} else := location

# A page that another status has already does for these, too.
_edits(call, missing) := page_edits.of_location(call.number, call.location, {status: good | some status in missing}) if {
	good := [object.filter(verdict.entry, ["uri", "response"]) |
		some status in _wanted
		verdict := _verdict(call, status)
		verdict.kind == "good"
	][0]
} else := array.concat(
	page_edits.of_location(call.number, call.location, {status: page | some status in missing}),
	page_edits.for_pages(call.number, {"14"}),
) if {
	page := page_edits.page(call.number, "14")
}

_listed(statuses) := concat(", ", [format_int(status, 10) | some status in statuses])

_why(call, missing) := concat("", ["error_page ", uri, " is no page for gRPC"]) if {
	uri := _verdict(call, missing[0]).entry.uri
} else := "there is no error_page for them"
