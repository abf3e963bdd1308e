# METADATA
# title: An error page that is worse than none
# description: |
#   Without a page a client makes UNAVAILABLE of nginx's 429, 502, 503 or 504 and tries again if it has
#   a retry policy; of 401, 403 and 404 it makes UNAUTHENTICATED, PERMISSION_DENIED and UNIMPLEMENTED. A
#   page that is not quite gRPC takes that away: for `return 204` nginx drops the content type, and
#   grpc-go and grpc-java report UNKNOWN, which nobody retries; a body is read as a message; without
#   `=` the status stays and add_header without `always` adds nothing; a page called e502.html is sent
#   as HTML; an `if` with an add_header of its own loses grpc-status. A page that passes to gRPC is
#   too late for a dead upstream: the request has been read. Right everywhere is status 200,
#   application/grpc, a grpc-status by number and no body.
#
#   A page is followed through the location that nginx chooses, its `if`s and rewrites. It counts for
#   statuses that a gRPC location can meet: 502 and 504 always, others where limits, access rules, a
#   `return` or grpc_intercept_errors can bring them; and for all where the page says grpc-status.
# custom:
#   harm: some
#   id: NG110
#   item: 7
#   levels: {checklist: deny, evidence: deny}
#   message: "for {statuses} of {places} clients get a page that is no gRPC answer ({page}): they see UNKNOWN or INTERNAL instead of {told}"
#   remedy: "return 200;"
#   variants:
#     no_content:
#       when: the page answers 204
#       message: "for {statuses} of {places} clients get 204 from {page}, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN instead of {told}"
#     body:
#       when: the page has a body
#       message: "for {statuses} of {places} clients get a body from {page}, which they read as a message: UNKNOWN, INTERNAL or RESOURCE_EXHAUSTED instead of {told}"
#     not_grpc:
#       when: the page is not application/grpc
#       message: "for {statuses} of {places} clients get {page} with another status and not as application/grpc: they report UNKNOWN or UNIMPLEMENTED instead of {told}"
#       remedy: "location = /grpc_unavailable {\n    internal;\n    default_type application/grpc;\n    add_header grpc-status {number};\n    add_header grpc-message \"{words}\";\n    return 200;\n}"
#     status:
#       when: the page has an HTTP status of another meaning
#       message: "for {statuses} of {places} {page} answers with another HTTP status: clients no longer see {told}"
#     mixed:
#       when: a page with a body and no gRPC type has grpc-status as a header
#       message: "for {statuses} of {places} {page} is sent as a text with grpc-status: clients with C-core report UNKNOWN instead of {told}"
#     headers_lost:
#       when: the status is kept and add_header lacks always
#       message: "for {statuses} of {places} {page} is sent as application/grpc with the status kept, so grpc-status is not added: grpc-go reports UNKNOWN instead of {told}"
#       remedy: "error_page {statuses} = {page};"
#     no_status:
#       when: the page has no grpc-status
#       message: "for {statuses} of {places} {page} is sent as application/grpc without grpc-status: clients report UNKNOWN or INTERNAL instead of {told}"
#       remedy: "add_header grpc-status {number};"
#     bad_status:
#       when: grpc-status is not a number from 0 to 16
#       message: "for {statuses} of {places} {page} says grpc-status {value}, which is no code: clients report UNKNOWN or INTERNAL instead of {told}"
#       remedy: "add_header grpc-status {number};"
#     ok_status:
#       when: the page says grpc-status 0
#       message: "for {statuses} of {places} {page} says grpc-status 0: the client takes the failed call for answered"
#       remedy: "add_header grpc-status {number};"
#     says_less:
#       when: the page says UNKNOWN (2) or INTERNAL (13)
#       message: "for {statuses} of {places} {page} says grpc-status {value}: clients no longer see {told}"
#       remedy: "add_header grpc-status {number};"
#     content_length:
#       when: the page adds a content-length
#       message: "for {statuses} of {places} {page} has two content-length headers: grpc-js and curl take the answer for a broken one"
#       remedy: "return 200;"
#     redirect:
#       when: the page is a URL
#       message: "for {statuses} of {places} clients get a redirect to {page}, which no gRPC client follows: they report UNKNOWN instead of {told}"
#       remedy: "error_page {statuses} = /grpc_unavailable;"
#     missing:
#       when: the named location does not exist
#       message: "for {statuses} of {places} nginx looks for {page}, which does not exist, and answers 500: clients report UNKNOWN instead of {told}"
#       remedy: "location {page} {\n    default_type application/grpc;\n    add_header grpc-status {number};\n    add_header grpc-message \"{words}\";\n    return 200;\n}"
#     no_file:
#       when: a named location serves files
#       message: "for {statuses} of {places} {page} leads to files, which nginx does not give for a POST: it answers 405 or 404, and clients report UNKNOWN or UNIMPLEMENTED instead of {told}"
#       remedy: "location = /grpc_unavailable {\n    internal;\n    default_type application/grpc;\n    add_header grpc-status {number};\n    add_header grpc-message \"{words}\";\n    return 200;\n}"
#     closed:
#       when: the page closes
#       message: "for {statuses} of {places} {page} closes without an answer: clients no longer see {told}"
#     passes:
#       when: the page passes to gRPC
#       message: "for {statuses} of {places} {page} passes the call on, but its message has been read and gone: every unary call fails with INTERNAL instead of {told}"
#       remedy: "server ADDRESS backup;"
#     older_clients:
#       when: the status is kept and add_header says always
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "for {statuses} of {places} {page} keeps the HTTP status: grpc-go before 1.83 goes by that, and does not see grpc-status and grpc-message"
#       remedy: "error_page {statuses} = {page};"
#   evidence: docs/rules/NG110.md
package nginx.grpc.rules.error_page_harm

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.pages
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [first.kind], _subject(first), _at(first), values) if {
	some harms in _harms
	some harm in harms
	harm.counts
	first := _first(harms)
	statuses := sort({status | some harm in harms; some status in harm.statuses})
	code := _codes[_told(statuses[0])]
	values := {
		"statuses": concat(" ", [format_int(status, 10) | some status in statuses]),
		"page": first.entry.uri,
		"places": _listed({name | some harm in harms; some name in harm.places}),
		"told": concat(" or ", sort({_told(status) | some status in statuses})),
		"number": code.number,
		"words": code.words,
		"value": concat(", ", [header.value | some header in first.page.headers; header.name == "grpc-status"]),
	}
}

findings contains rule.unknown(about, [], verdict.doubt) if {
	some verdict in pages.verdict[_][_]
	verdict.counts
	verdict.doubt
}

_told(status) := object.get(pages.told, status, "INTERNAL or UNKNOWN")

_codes := {
	"INTERNAL or UNKNOWN": {"number": "13", "words": "internal error"},
	"UNAUTHENTICATED": {"number": "16", "words": "not authenticated"},
	"PERMISSION_DENIED": {"number": "7", "words": "not allowed"},
	"UNIMPLEMENTED": {"number": "12", "words": "no such method"},
	"UNAVAILABLE": {"number": "14", "words": "upstream unavailable"},
}

# _harms: by page and kind of harm, for each list that leads there the statuses and the locations.
_harms[key] contains harm if {
	some number, lists in pages.verdict
	some index, statuses in lists
	some kind in {verdict.kind | some verdict in statuses}
	not kind in {"good", "plain", "fallback", "unknown"}
	alike := {status: verdict | some status, verdict in statuses; verdict.kind == kind}
	some verdict in alike
	key := [number, kind, verdict.page.location, _place(verdict)]
	same := {status: twin | some status, twin in alike; twin.page == verdict.page}
	harm := {
		"number": number,
		"kind": kind,
		"entry": verdict.entry,
		"page": verdict.page,
		"statuses": {status | some status, _ in same},
		"counts": _any_counts(same),
		"places": {location.name | some location in pages.places[number][index]},
	}
}

_any_counts(verdicts) if {
	some verdict in verdicts
	verdict.counts
} else := false

# _place: what tells pages apart that no location serves.
_place(verdict) := verdict.entry.uri if {
	verdict.page.location == ""
} else := [verdict.page.file, verdict.page.line]

# _first: the harm whose error_page stands first.
_first(harms) := sort([[harm.entry.file, harm.entry.line, harm] | some harm in harms])[0][2]

_listed(names) := concat(", ", sorted) if {
	sorted := sort(names)
	count(sorted) <= 3
} else := concat("", [concat(", ", array.slice(sorted, 0, 2)), " and ", format_int(count(sorted) - 2, 10), " more"]) if {
	sorted := sort(names)
}

_subject(harm) := {
	"server": input.servers[harm.number].name,
	"location": location.name,
	"upstream": "",
	"node": location,
} if {
	location := calls.location_by_id[harm.page.location]
} else := {
	"server": input.servers[harm.number].name,
	"location": "",
	"upstream": "",
	"node": harm.entry,
}

# Point at the line to change: what decides the page's answer, or the error_page.
_at(harm) := harm.entry if {
	harm.kind in {"headers_lost", "older_clients"}
} else := header if {
	harm.kind in {"bad_status", "ok_status", "says_less", "content_length"}
	header := [header | some header in harm.page.headers; header.name == _wrong[harm.kind]][0]
} else := harm.page

_wrong := {"bad_status": "grpc-status", "ok_status": "grpc-status", "says_less": "grpc-status", "content_length": "content-length"}
