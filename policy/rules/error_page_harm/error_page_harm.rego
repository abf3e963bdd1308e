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
#   directive: "{directive}"
#   fix: {applicability: safe}
#   variants:
#     no_content:
#       when: the page answers 204
#       message: "for {statuses} of {places} clients get 204 from {page}, which nginx sends without content type: grpc-go and grpc-java report UNKNOWN instead of {told}"
#     body:
#       when: the page has a body
#       message: "for {statuses} of {places} clients get a body from {page}, which they read as a message: UNKNOWN, INTERNAL or RESOURCE_EXHAUSTED instead of {told}"
#     body_of_error:
#       when: the page has a body and the HTTP status of an error, and no grpc-status is added
#       message: "for {statuses} of {places} clients get a body from {page} as application/grpc: grpc-go from 1.83 on reads it as a message and reports INTERNAL, others go by the HTTP status and see {told}"
#     not_grpc:
#       when: the page is not application/grpc
#       message: "for {statuses} of {places} clients get {page} with another status and not as application/grpc: they report UNKNOWN or UNIMPLEMENTED instead of {told}"
#     status:
#       when: the page has an HTTP status of another meaning
#       message: "for {statuses} of {places} {page} answers with another HTTP status: clients no longer see {told}"
#     mixed:
#       when: a page with a body and no gRPC type has grpc-status as a header
#       message: "for {statuses} of {places} {page} is sent as a text with grpc-status: clients with C-core report UNKNOWN instead of {told}"
#     headers_lost:
#       when: the status is kept and add_header lacks always
#       message: "for {statuses} of {places} {page} is sent as application/grpc with the status kept, so grpc-status is not added: grpc-go reports UNKNOWN instead of {told}"
#     no_status:
#       when: the page has no grpc-status
#       message: "for {statuses} of {places} {page} is sent as application/grpc without grpc-status: clients report UNKNOWN or INTERNAL instead of {told}"
#     bad_status:
#       when: grpc-status is not a number from 0 to 16
#       message: "for {statuses} of {places} {page} says grpc-status {value}, which is no code: clients report UNKNOWN or INTERNAL instead of {told}"
#     ok_status:
#       when: the page says grpc-status 0
#       message: "for {statuses} of {places} {page} says grpc-status 0: the client takes the failed call for answered"
#     says_less:
#       when: the page says UNKNOWN (2) or INTERNAL (13)
#       message: "for {statuses} of {places} {page} says grpc-status {value}: clients no longer see {told}"
#     content_length:
#       when: the page adds a content-length
#       message: "for {statuses} of {places} {page} has two content-length headers: grpc-js and curl take the answer for a broken one"
#     redirect:
#       when: the page is a URL
#       message: "for {statuses} of {places} clients get a redirect to {page}, which no gRPC client follows: they report UNKNOWN instead of {told}"
#     missing:
#       when: the named location does not exist
#       message: "for {statuses} of {places} nginx looks for {page}, which does not exist, and answers 500: clients report UNKNOWN instead of {told}"
#     no_file:
#       when: a named location serves files
#       message: "for {statuses} of {places} {page} leads to files, which nginx does not give for a POST: it answers 405 or 404, and clients report UNKNOWN or UNIMPLEMENTED instead of {told}"
#     closed:
#       when: the page closes
#       message: "for {statuses} of {places} {page} closes without an answer: clients no longer see {told}"
#     passes:
#       when: the page passes to gRPC
#       message: "for {statuses} of {places} {page} passes the call on, but its message has been read and gone: every unary call fails with INTERNAL instead of {told}"
#       fix:
#         applicability: manual
#         why: "which server takes the calls: as backup in the upstream of {places} it gets them whole, and no page is needed"
#     kept:
#       when: calls are sent on by a page without `=`
#       message: "{page} keeps its status: clients with C-core, and grpc-go before 1.83, see {statuses} and report {told}, whatever the server answers"
#       fix:
#         applicability: manual
#         why: "= before the page's name: the status is the server's own then"
#     older_clients:
#       when: the status is kept and add_header says always
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "for {statuses} of {places} {page} keeps the HTTP status: grpc-go before 1.83 goes by that, and does not see grpc-status and grpc-message"
#     older_clients_204:
#       when: the page answers 204, and add_header gives it the content type
#       levels: {checklist: deny, evidence: warn}
#       message: "for {statuses} of {places} {page} answers 204: grpc-go before 1.83 goes by that, and reports UNKNOWN instead of {told}"
package nginx.grpc.rules.error_page_harm

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.page_edits
import data.nginx.grpc.lib.pages
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [first.kind], _subject(first), _at(first), values) if {
	some harms in _harms
	some harm in harms
	harm.counts
	first := _first(harms)
	statuses := sort({status | some harm in harms; some status in harm.statuses})
	values := {
		"statuses": concat(" ", [format_int(status, 10) | some status in statuses]),
		"page": first.entry.uri,
		"places": _listed({name | some harm in harms; some name in harm.places}),
		"told": concat(" or ", sort({_told(status) | some status in statuses})),
		"directive": _directive(first),
		"edits": sort({edit | some harm in harms; some edit in _edits(harm)}),
		"value": concat(", ", [header.value | some header in first.page.headers; header.name == "grpc-status"]),
	}
}

findings contains rule.fault(about, ["kept"], subject, kept, values) if {
	some server in input.servers
	some location in server.locations
	kept := location.arrival.kept
	subject := {"server": server.name, "location": location.name, "upstream": "", "node": location}
	values := {
		"page": kept.text,
		"statuses": format_int(kept.code, 10),
		"told": object.get(pages.told, kept.code, "UNKNOWN or INTERNAL"),
		"directive": "error_page",
		"edits": [],
		"places": location.name,
		"value": "",
	}
}

findings contains rule.unknown(about, [], verdict.doubt) if {
	some verdict in pages.verdict[_][_]
	verdict.counts
	verdict.doubt
}

_told(status) := object.get(pages.told, status, "INTERNAL or UNKNOWN")

_codes := {
	"INTERNAL or UNKNOWN": "13",
	"UNAUTHENTICATED": "16",
	"PERMISSION_DENIED": "7",
	"UNIMPLEMENTED": "12",
	"UNAVAILABLE": "14",
}

# _harms: by page and kind of harm, for each list that leads there the statuses and the locations.
_harms[key] contains harm if {
	some number, lists in pages.verdict
	some index, statuses in lists
	some kind in {verdict.kind | some verdict in statuses}
	_is_harm(kind)
	alike := {status: verdict | some status, verdict in statuses; verdict.kind == kind}
	some verdict in alike
	key := [number, kind, verdict.page.location, _place(verdict)]
	same := {status: twin | some status, twin in alike; twin.page == verdict.page}
	harm := {
		"number": number,
		"index": index,
		"kind": kind,
		"entry": verdict.entry,
		"page": verdict.page,
		"statuses": {status | some status, _ in same},
		"counts": _any_counts(same),
		"places": {location.name | some location in pages.places[number][index]},
	}
}

_is_harm(kind) if not kind in {"good", "plain", "fallback", "unknown"}

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

_directive(harm) := "add_header" if {
	_wrong[harm.kind]
} else := "error_page"

# _edits: of a page that is for gRPC alone all that is wrong with it; else a page of our own, for the
# gRPC locations alone.
_edits(harm) := _repairs(harm) if {
	_is_repairable(harm.number, harm.index, harm)
} else := _leading_elsewhere[harm.number][harm.index]

_leading_elsewhere[number][index] := array.concat(
	[edit |
		some location in pages.places[number][index]
		some edit in page_edits.of_location(number, location, wanted)
	],
	page_edits.for_pages(number, {_code(status) |
		some status, led in wanted
		led == page_edits.page(number, _code(status))
	}),
) if {
	some number, lists in pages.verdict
	some index, _ in lists
	wanted := _wanted(number, index)
}

# _wanted: where each status of a list should lead that leads to harm. At least one does.
_wanted(number, index) := wanted if {
	wanted := {status: led |
		some status, verdict in pages.verdict[number][index]
		_is_harm(verdict.kind)
		verdict.kind != "passes"
		not _is_repairable(number, index, verdict)
		led := _led(number, verdict, status)
	}
	count(wanted) > 0
}

# The page may be right but for the status that is kept.
_led(number, verdict, status) := page_edits.page(number, _code(status)) if {
	not _keeps_status[verdict.kind]
} else := {"uri": verdict.entry.uri, "response": "="}

_keeps_status := {"headers_lost", "older_clients"}

_code(status) := _codes[_told(status)]

# _is_repairable: a page that was made for gRPC, by a plain location, and that nobody else gets.
_is_repairable(number, index, judged) if {
	judged.kind != "passes"
	location := calls.location_by_id[judged.page.location]
	location.return
	not _with_if[location.id]
	_is_for_grpc(judged.page)
	not _has_type_of_its_own(location, judged.page)
	every header in judged.page.headers {
		_stands_in(header, location)
	}
	_is_for_calls(number, index)
}

_with_if := {location.parent |
	some server in input.servers
	some location in server.locations
	location.modifier == "if"
}

_is_for_grpc(page) if {
	pages.is_grpc(page)
} else if {
	some header in page.headers
	header.name == "grpc-status"
}

# The extension of a path comes before default_type.
_has_type_of_its_own(location, page) if {
	not pages.is_grpc(page)
	regex.match(`\.[^/]*$`, location.path)
}

_stands_in(header, location) if {
	header.file == location.file
	header.line >= location.line
}

_is_for_calls(number, index) if {
	page_edits.carries_grpc_alone(number, set())
} else if {
	every location in pages.places[number][index] {
		location.own_error_page
	}
}

_repairs(harm) := array.concat(
	array.concat(_of_return(location, harm.page), _of_type(location, harm.page)),
	array.concat(_of_headers(location, harm), _of_response(harm)),
) if {
	location := calls.location_by_id[harm.page.location]
}

_of_return(location, page) := [] if {
	_is_right_return(location, page)
} else := [fix.replacing(location.return, "return", "return", ["200"])]

_is_right_return(location, page) if {
	location.return.body in {"none", "empty"}
	_gives_200(location, page)
}

_gives_200(location, page) if {
	location.return.code == 200
} else if {
	page.status == 200
}

# A 204 has no type, whatever default_type says.
_of_type(location, page) := [] if {
	pages.is_grpc(page)
} else := [] if {
	location.directives.default_type.value == "application/grpc"
} else := [fix.setting(location, "default_type", ["application/grpc"])]

_of_headers(location, harm) := array.concat(lengths, _of_status(location, harm)) if {
	lengths := [fix.removing(header, _adding[header.trailer]) |
		some header in harm.page.headers
		header.name == "content-length"
	]
}

_adding := {true: "add_trailer", false: "add_header"}

# The last of several counts.
_of_status(location, harm) := [fix.adding(location, "add_header", ["grpc-status", _number(harm)], [])] if {
	not _says_status(harm.page)
} else := [fix.replacing(last, _adding[last.trailer], _adding[last.trailer], args)] if {
	said := [header | some header in harm.page.headers; header.name == "grpc-status"]
	last := said[count(said) - 1]
	code := trim_space(last.value)
	not _is_code(code)
	args := [word | some word in ["grpc-status", _number(harm), {true: "always", false: ""}[last.always]]; word != ""]
} else := []

# _is_code: of an error, and neither UNKNOWN nor INTERNAL.
_is_code(text) if regex.match(`^0*([13-9]|1[0-24-6])$`, text)

_says_status(page) if {
	some header in page.headers
	header.name == "grpc-status"
}

_number(harm) := _code(min(harm.statuses))

_of_response(harm) := [edit |
	some location in pages.places[harm.number][harm.index]
	some edit in page_edits.of_location(harm.number, location, wanted)
] if {
	harm.page.kept
	wanted := {status: {"uri": harm.entry.uri, "response": "="} | some status in harm.statuses}
} else := []

_wrong := {"bad_status": "grpc-status", "ok_status": "grpc-status", "says_less": "grpc-status", "content_length": "content-length"}
