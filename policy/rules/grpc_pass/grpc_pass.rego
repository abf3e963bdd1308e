# METADATA
# title: gRPC is not sent by grpc_pass
# description: |
#   proxy_pass speaks HTTP/1.x to the upstream, which answers with HTTP/2 frames that nginx takes
#   for an HTTP/0.9 body. Every call fails, with UNKNOWN or INTERNAL and not with a 502, so that no
#   error page and no retry helps. From 1.29.4 there is one exception: proxy_http_version 2 together
#   with proxy_pass_trailers on carries gRPC. Without the trailers the status is lost.
# custom:
#   harm: every
#   id: NG101
#   item: 1
#   levels: {checklist: deny, evidence: deny}
#   message: "calls come here ({signs}) and go out by {handler} {target}: every one fails with UNKNOWN or INTERNAL"
#   directive: "{handler}"
#   fix:
#     applicability: unsafe
#     why: a server that takes HTTP/1.1 at this path too (Connect, JSON) does not get that any more
#   variants:
#     rewritten:
#       when: proxy_pass puts another path in the place of this one
#       fix:
#         applicability: manual
#         why: "grpc_pass to {target} with the path as gRPC clients say it; if the server has another, rewrite ... break beside it"
#     untranslatable:
#       when: the target is no proxy_pass to an upstream or address
#       fix:
#         applicability: manual
#         why: "grpc_pass in place of {handler}, with the upstream or address of the gRPC server"
#     weak:
#       when: the signs may mislead
#       levels: {checklist: warn, evidence: warn}
#       cap: warn
#       message: "this may be gRPC ({signs}) and goes out by {handler} {target}, which would fail every call"
#       fix:
#         applicability: manual
#         why: "if gRPC calls come here: grpc_pass in place of {handler}"
#     refused:
#       when: proxy_pass says grpc:// or grpcs://
#       message: "proxy_pass {target} says a scheme of gRPC: nginx refuses to start, or answers 500 where a variable holds it"
#     unseen:
#       when: the rest of the configuration is not seen
#       message: "calls come here ({signs}) and go out by {handler} {target}: every one fails with UNKNOWN or INTERNAL, unless what is not seen says both proxy_http_version 2 and proxy_pass_trailers on (1.29.4)"
#   versions: "1.29.4: proxy_http_version 2 with proxy_pass_trailers on carries gRPC"
package nginx.grpc.rules.grpc_pass

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.versions

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, forms, call.subject, _at(call.location), values) if {
	some call in _wrong_handlers
	not _maybe_http2(call.location)
	forms := array.concat(_unfit(call.location), _forms(call.location))
	values := {
		"signs": concat("; ", call.location.grpc.reasons),
		"handler": call.location.handler,
		"target": call.location.proxy_pass,
		"edits": _edits(call.location),
	}
}

findings contains rule.unknown(about, _form(call.location), doubt) if {
	some call in _wrong_handlers
	_maybe_http2(call.location)
	some name in ["proxy_http_version", "proxy_pass_trailers"]
	doubt := effective.doubt(call.location, name)
}

_wrong_handlers := [call |
	some call in calls.others
	endswith(call.location.handler, "_pass")
]

# HTTP/2 with trailers carries gRPC. The pair may stand in what was not read; a version that does not
# have it settles that.
_maybe_http2(location) if {
	location.handler == "proxy_pass"
	not _is_refused(location)
	not versions.before("1.29.4")
	_may_be(location, "proxy_http_version", "2")
	_may_be(location, "proxy_pass_trailers", true)
	not _is_all_unseen(location)
}

# Of a part of a configuration that says neither: that the rest says both is too rare to wait for.
_is_all_unseen(location) if {
	effective.outside(location)
	not location.directives.proxy_http_version
	not location.directives.proxy_pass_trailers
}

_may_be(location, name, value) if {
	effective.doubt(location, name)
} else if {
	effective.value(location, name) == value
}

# From http:// to grpc:// alone is no way of nginx's proxy module.
_is_refused(location) if location.proxy_target.scheme in {"grpc", "grpcs"}

_forms(location) := ["refused"] if {
	_is_refused(location)
} else := ["unseen"] if {
	location.grpc.carries == "strong"
	location.handler == "proxy_pass"
	not versions.before("1.29.4")
	_is_all_unseen(location)
} else := _form(location)

_form(location) := [] if {
	location.grpc.carries == "strong"
} else := ["weak"]

_at(location) := target if {
	target := location.proxy_target
} else := location

# _unfit: why no edit can do it.
_unfit(location) := ["untranslatable"] if {
	not location.proxy_target
} else := [] if {
	location.replaced_grpc_pass
} else := ["untranslatable"] if {
	not _parts(location)
} else := [] if {
	_parts(location)[2] == ""
} else := [] if {
	_parts(location)[2] == location.path
} else := ["rewritten"]

# Of two handlers the last counts, and the other one is there already.
_edits(location) := [fix.removing(location.proxy_target, "proxy_pass")] if {
	location.replaced_grpc_pass
} else := [fix.replacing(location.proxy_target, "proxy_pass", "grpc_pass", [_instead(location)])] if {
	_unfit(location) == []
} else := []

# The target as grpc_pass takes it: with a scheme of its own and without a path.
_instead(location) := concat("", [_scheme(location.proxy_target), "://", _authority(location)])

_scheme(target) := "grpcs" if {
	regex.match(`^(?i)(https|grpcs):`, target.text)
} else := "grpc"

_authority(location) := concat(":", [location.proxy_target.host, format_int(location.proxy_target.port, 10)]) if {
	location.proxy_target.kind == "address"
} else := _parts(location)[1]

# _parts: the whole, the authority and the path of proxy_pass; undefined where that is none of these.
_parts(location) := regex.find_all_string_submatch_n(
	`^(?i:https?|grpcs?)://(unix:[^:]*|[^/$]+|\$[A-Za-z0-9_]+(?::[0-9]+)?)(?::?$|:?(/.*)$)`,
	location.proxy_target.text,
	1,
)[0]
