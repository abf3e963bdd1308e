# METADATA
# title: Error pages
# description: >-
#   What clients make of the error page of a status, against what they make of the status without
#   it. Judged once for each server and list of pages.
package nginx.grpc.lib.pages

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.units

# What clients make of a status without a page. Of all others they make UNKNOWN or INTERNAL, and a
# page can hardly say less.
told := {
	401: "UNAUTHENTICATED",
	403: "PERMISSION_DENIED",
	404: "UNIMPLEMENTED",
	429: "UNAVAILABLE",
	502: "UNAVAILABLE",
	503: "UNAVAILABLE",
	504: "UNAVAILABLE",
}

# 408, 444 and 499 get no page.
_judged := {400, 405, 413, 414, 415, 421, 495, 496, 497, 500, 501} | object.keys(told)

# What may come of any gRPC location. Then the call's body has been read, and a page that passes the
# call on passes it without.
_anywhere := {400, 413, 500, 502, 504}

# Statuses for which add_header and add_trailer add without `always`.
_added := {200, 201, 204, 206, 301, 302, 303, 304, 307, 308}

# places[server number][list index]: the gRPC locations that the list is in effect for.
places[number][location.error_page] contains location if {
	some number in {call.number | some call in calls.passes}
	some location in input.servers[number].locations
	_meets_errors(location)
}

# verdict[server number][list index][status]: {"kind", "entry", "page", "counts"}. Kinds: good; plain
# (clients are told what they are told without a page); fallback (the call goes to another server);
# unknown (with "doubt"); else the name of the harm. `counts`: whether calls may meet with the status
# there, or the page is made for them. A status without a page has no entry.
verdict := {number: lists |
	some number, used in places
	lists := {index: statuses |
		some index, locations in used
		list := input.error_page_lists[index]
		errors := _errors(locations)
		statuses := {status: verdict |
			some status in _with_pages(list)
			verdict := _verdict(number, list, errors, status)
		}
	}
}

_with_pages(list) := {status |
	some entry in list.pages
	some status in entry.codes
	_judged[status]
}

_meets_errors(location) if {
	location.grpc.carries == "pass"
} else if location.errors

# _errors that may come of these locations, and whether they look for pages on pages.
_errors(locations) := {"statuses": statuses, "any": any, "recursive": recursive} if {
	statuses := _anywhere | {status | some location in locations; some status in location.errors.statuses}
	any := _some_give_any(locations)
	recursive := _some_search_again(locations)
}

_some_give_any(locations) if {
	some location in locations
	_gives_any(location)
} else := false

_some_search_again(locations) if {
	some location in locations
	effective.is_on(location, "recursive_error_pages")
} else := false

# The upstream's own errors get a page only with grpc_intercept_errors.
_gives_any(location) if {
	location.errors.any
} else if effective.is_on(location, "grpc_intercept_errors")

_pages := {number: pages |
	some number, _ in places
	pages := {[page.uri, page.response, page.recursive]: page | some page in input.servers[number].pages}
}

_verdict(number, list, errors, status) := object.union({"entry": entry, "page": page, "counts": counts}, judged) if {
	entry := [entry | some entry in list.pages; status in entry.codes][0]
	page := object.get(_pages[number], [[entry.uri, entry.response, errors.recursive]], _not_followed)
	counts := _counts(errors, page, status)
	judged := _told(_judge(list, errors, entry, page, status), status)
}

_not_followed := {"answer": "unknown", "why": "was not followed", "location": ""}

_counts(errors, page, status) if {
	errors.statuses[status]
} else if {
	errors.any
} else if {
	_is_for_calls(page)
} else := false

# _is_for_calls: what says grpc-status is made for gRPC, and for statuses that are expected.
_is_for_calls(page) if {
	some header in page.headers
	header.name == "grpc-status"
}

# _told: where clients are told nothing without a page, only an OK that is none is worse.
_told(judged, status) := judged if {
	told[status]
} else := judged if {
	judged.kind in {"good", "ok_status"}
} else := {"kind": "plain"}

_judge(list, errors, entry, page, status) := _unknown(entry, "may be added to by an include that was not read") if {
	not list.complete
} else := {"kind": "unknown", "doubt": effective.gap_doubt(page)} if {
	page.answer == "unknown"
	page.gap >= 0
} else := _unknown(entry, page.why) if {
	page.answer == "unknown"
} else := _passed(errors, entry, page, status) if {
	page.answer == "pass"
} else := _unknown(entry, "is made by a handler of its own") if {
	page.answer == "handler"
} else := _file(entry, page, status) if {
	page.answer == "file"
} else := _error(page, status) if {
	page.answer == "error"
} else := _answered(entry, page, status) if {
	page.answer == "page"
} else := {"kind": page.answer}

# _passed: the page is another server's.
_passed(errors, entry, page, status) := {"kind": "passes"} if {
	_handler(page) == "grpc_pass"
	_is_too_late(errors, page, status)
} else := {"kind": "fallback"} if {
	_handler(page) == "grpc_pass"
} else := _unknown(entry, concat(" ", ["is made by", _handler(page)]))

_handler(page) := calls.location_by_id[page.location].handler

# _is_too_late: the page's server gets no request message, or a GET.
_is_too_late(errors, page, status) if {
	page.method == "GET"
} else if {
	errors.any
} else if _anywhere[status]

# _file: a file has a body, so it is never a gRPC page. Whether it is there is not known.
_file(entry, page, status) := _unknown(entry, "is a file of type application/grpc") if {
	is_grpc(page)
} else := {"kind": "plain"} if {
	_says_the_same(page, status)
} else := {"kind": "not_grpc"}

# _error: nginx's own words for an error on the way to the page.
_error(page, status) := {"kind": "status"} if {
	not _says_the_same(page, status)
} else := {"kind": "mixed"} if {
	_has_status(page, status)
} else := {"kind": "plain"}

_answered(entry, page, status) := {"kind": "no_content"} if {
	_final(page, status) == 204
	not _adds_grpc_type(page)
} else := _typed(entry, page, status) if {
	is_grpc(page)
} else := {"kind": "not_grpc"} if {
	not _says_the_same(page, status)
} else := {"kind": "mixed"} if {
	page.body != "none"
	_has_status(page, status)
} else := {"kind": "plain"}

# _typed: the page is sent as application/grpc.
_typed(entry, page, status) := _coded(page, status) if {
	_final(page, status) == 204
} else := _unknown(entry, "has a body that is not known") if {
	page.body == "unknown"
} else := {"kind": _body_kind(page, status)} if {
	page.body == "text"
} else := {"kind": "content_length"} if {
	some header in _sent(page, status)
	header.name == "content-length"
} else := _coded(page, status)

# _body_kind: without grpc-status most clients go by the HTTP status, and do not come to the body.
_body_kind(page, status) := "body_of_error" if {
	_says_the_same(page, status)
	_statuses(page, status) == []
} else := "body"

_coded(page, status) := {"kind": "headers_lost"} if {
	_statuses(page, status) == []
	some header in page.headers
	header.name == "grpc-status"
} else := {"kind": "no_status"} if {
	_statuses(page, status) == []
} else := {"kind": _code_kind(trim_space(_last_of(_statuses(page, status))), page, status)}

# _code_kind: by the last grpc-status, which is the one that counts.
_code_kind(code, page, status) := "bad_status" if {
	not regex.match(`^0*([0-9]|1[0-6])$`, code)
} else := "ok_status" if {
	units.integer(code) == 0
} else := "says_less" if {
	units.integer(code) in {2, 13}
} else := "good" if {
	_final(page, status) == 200
} else := "older_clients_204" if {
	_final(page, status) == 204
} else := "older_clients"

# _statuses: the values of grpc-status that clients look at. Where there are trailers, it is theirs.
_statuses(page, status) := [header.value |
	some header in _sent(page, status)
	header.name == "grpc-status"
	header.trailer
] if {
	some trailer in _sent(page, status)
	trailer.trailer
} else := [header.value |
	some header in _sent(page, status)
	header.name == "grpc-status"
]

_last_of(values) := values[count(values) - 1]

_has_status(page, status) if {
	some header in _sent(page, status)
	header.name == "grpc-status"
	not header.trailer
}

_sent(page, status) := [header |
	some header in page.headers
	_is_sent(header, _final(page, status))
]

_is_sent(header, status) if {
	header.always
} else if _added[status]

# _final: the status that is sent.
_final(page, status) := status if {
	page.kept
} else := page.status

# _says_the_same: clients make the same of the status that is sent.
_says_the_same(page, status) if told[_final(page, status)] == told[status]

# is_grpc: by the type of the page, or one that add_header adds to it: one is enough.
is_grpc(page) if {
	_grpc_type(page.type)
} else if _adds_grpc_type(page)

_adds_grpc_type(page) if {
	some header in page.headers
	header.name == "content-type"
	_grpc_type(header.value)
}

_grpc_type(type) if regex.match(`^application/grpc([+;].*)?$`, type)

_unknown(entry, what) := {"kind": "unknown", "doubt": {
	"at": entry,
	"reason": concat(" ", ["error_page", entry.uri, what]),
	"hint": "a page that returns 200 with default_type application/grpc and add_header grpc-status 14",
}}
