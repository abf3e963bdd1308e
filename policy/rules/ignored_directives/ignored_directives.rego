# METADATA
# title: proxy_* directives stand beside grpc_pass
# description: |
#   grpc_pass is a module of its own: proxy_* directives are accepted beside it and have no effect.
#   Worst is a long proxy_read_timeout from a WebSocket or proxy_pass recipe, while grpc_read_timeout
#   stays at 60s and cuts the streams that the line was meant for.
# custom:
#   harm: latent
#   id: NG210
#   item: 0
#   levels: {checklist: warn, evidence: warn}
#   message: "{names} beside grpc_pass has no effect"
#   remedy: "the grpc_* directive of that name, or nothing"
#   variants:
#     timeout:
#       when: proxy_read_timeout is long and grpc_read_timeout at its default
#       message: "proxy_read_timeout {long} has no effect on grpc_pass: streams that are silent for 60s (grpc_read_timeout, default) are cut"
#       remedy: "grpc_read_timeout {long};"
#   evidence: docs/rules/NG210.md
package nginx.grpc.rules.ignored_directives

import data.nginx.grpc.lib.calls
import data.nginx.grpc.lib.effective
import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, [], call.subject, ignored[0], {"names": concat(", ", names)}) if {
	some call in calls.passes
	ignored := [directive |
		some directive in call.location.proxy_directives
		not _is_for_upgrades(directive)
		not _is_long(call.location, directive)
	]
	names := sort({directive.name | some directive in ignored})
}

findings contains rule.fault(about, ["timeout"], call.subject, directive, {"long": directive.value}) if {
	some call in calls.passes
	some directive in call.location.proxy_directives
	_is_long(call.location, directive)
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
