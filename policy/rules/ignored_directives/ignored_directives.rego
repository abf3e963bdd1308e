# METADATA
# title: proxy_* directives stand beside grpc_pass
# description: |
#   grpc_pass is a module of its own: proxy_* directives are accepted beside it and have no effect.
#   Worst is a long proxy_read_timeout from a WebSocket or proxy_pass recipe, while grpc_read_timeout
#   stays at 60s and cuts the streams that the line was meant for.
# custom:
#   harm: latent
#   id: NG210
#   levels: {checklist: warn, evidence: warn}
#   message: "{names} beside grpc_pass has no effect"
#   directive: "{first}"
#   fix: {applicability: safe}
#   variants:
#     timeout:
#       when: proxy_read_timeout is long and grpc_read_timeout at its default
#       message: "proxy_read_timeout {long} has no effect on grpc_pass: streams that are silent for 60s (grpc_read_timeout, default) are cut"
#       fix: {applicability: safe}
#     inherited:
#       when: it stands around the location, and no proxy_pass there uses it
#       message: "proxy_read_timeout {long} is for proxy_pass, and there is none in this {context}: streams that are silent for 60s (grpc_read_timeout, default) are cut"
#       fix: {applicability: safe}
#     unverified:
#       when: proxy_ssl_verify is on beside grpcs://
#       message: "proxy_ssl_verify on has no effect on grpc_pass: nobody verifies the certificate of {target}"
#       fix: {applicability: manual, why: "the proxy_ssl_* lines as grpc_ssl_*: grpc_ssl_trusted_certificate, grpc_ssl_name, grpc_ssl_verify on"}
#     mixed:
#       when: the location answers other requests as well
#       fix: {applicability: unsafe, why: "other requests of the location go by it"}
package nginx.grpc.rules.ignored_directives

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.fix
import data.nginx.grpc.lib.rule
import data.nginx.grpc.lib.streams

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, calls.mixed(call), call.subject, ignored[0], values) if {
	some call in calls.passes
	not _is_by_half(call.location)
	ignored := [directive |
		some directive in call.location.proxy_directives
		not _is_for_upgrades(directive)
		not _is_long(call.location, directive)
		not _is_verifying(call.location, directive)
	]
	names := sort({directive.name | some directive in ignored})
	values := {
		"names": concat(", ", names),
		"first": ignored[0].name,
		"edits": [fix.removing(directive, directive.name) | some directive in ignored],
	}
}

findings contains rule.fault(about, array.concat(["timeout"], calls.mixed(call)), call.subject, directive, values) if {
	some call in calls.passes
	some directive in call.location.proxy_directives
	_is_long(call.location, directive)
	values := {
		"long": directive.value,
		"first": directive.name,
		"edits": array.concat(
			streams.silent(call, directive.value, directive.ms),
			[fix.removing(directive, directive.name)],
		),
	}
}

findings contains rule.fault(about, ["inherited"], call.subject, said, values) if {
	some call in calls.passes
	said := call.location.directives.proxy_read_timeout
	_is_unused(call, said.context)
	read := effective.setting(call.location, "grpc_read_timeout")
	read.state == "default"
	said.ms > read.value
	values := {
		"long": said.value,
		"first": "proxy_read_timeout",
		"context": said.context,
		"edits": streams.silent(call, said.value, said.ms),
	}
}

findings contains rule.fault(about, ["unverified"], call.subject, directive, values) if {
	some call in calls.passes
	some directive in call.location.proxy_directives
	_is_verifying(call.location, directive)
	values := {"first": directive.name, "target": call.location.target.text}
}

# NG401 says the rest where this is not the case.
_is_verifying(location, directive) if {
	directive.name == "proxy_ssl_verify"
	lower(directive.value) == "on"
	location.target.scheme == "grpcs"
	effective.value(location, "grpc_ssl_verify") == false
}

# _is_unused: whether no proxy_pass is in the context, as far as all of it is seen.
_is_unused(call, context) if {
	context == "server"
	not _proxying[call.number]
	_is_seen(call.server)
} else if {
	context == "http"
	not call.server.http_proxies
	input.complete
}

_is_seen(server) if {
	not effective.hidden(server)
} else if {
	effective.outside(server) == "http"
}

_proxying := {number |
	some number, server in input.servers
	some location in server.locations
	location.handler in {"proxy_pass", "unknown"}
}

# _is_by_half: the template writes them where the protocol is not in upper case (NG604).
_is_by_half(location) if {
	some said in input.objects.ineffective
	said.state == "lower_case"
	said.owner == location.owner
}

# NG202 speaks of these.
_is_for_upgrades(directive) if {
	directive.name == "proxy_set_header"
	lower(split(directive.value, " ")[0]) in {"upgrade", "connection"}
}

_is_long(location, directive) if {
	directive.name == "proxy_read_timeout"
	read := effective.setting(location, "grpc_read_timeout")
	read.state == "default"
	directive.ms > read.value
}
