# METADATA
# title: An annotation without effect on gRPC
# description: |
#   ingress-nginx writes proxy_* for most of its annotations, also beside grpc_pass, where nginx does
#   not read them: TLS to the server is not verified whatever proxy-ssl-verify says, a call is tried
#   on the next server whatever proxy-next-upstream says, and buffers are those of
#   grpc-buffer-size-kb. What gRPC reads can be said in a configuration-snippet. Annotations of
#   NGINX Ingress Controller (nginx.org/) are not read at all.
# custom:
#   harm: latent
#   id: NG603
#   levels: {checklist: warn, evidence: warn}
#   message: "{name} has no effect on gRPC: nginx reads what is written for it beside proxy_pass alone"
#   fix: {applicability: manual, why: "{instead}"}
#   variants:
#     other:
#       when: it is another controller's
#       message: "{name} is read by NGINX Ingress Controller alone: ingress-nginx does nothing for it"
#       fix: {applicability: manual, why: "take it out, or judge what that controller writes"}
package nginx.grpc.rules.without_effect

import data.nginx.grpc.lib.rule

about := rule.describe(rego.metadata.chain())

findings contains rule.fault(about, _forms(said), rule.document(said), said, values) if {
	some said in input.objects.ineffective
	said.state == "no_effect"
	said.grpc
	values := {"name": said.name, "owner": said.owner, "instead": _instead(said)}
}

_forms(said) := [] if {
	startswith(said.name, _prefix)
} else := ["other"]

_instead(said) := concat("", ["in a configuration-snippet ", lines, " says it for gRPC; else take it out"]) if {
	lines := _lines[trim_prefix(said.name, _prefix)]
} else := "grpc-buffer-size-kb of the ConfigMap is gRPC's buffer; take it out" if {
	_buffers[trim_prefix(said.name, _prefix)]
} else := "nothing like it is needed for gRPC: take it out"

_prefix := "nginx.ingress.kubernetes.io/"

_buffers := {"proxy-buffer-size", "proxy-buffering", "proxy-buffers-number", "proxy-busy-buffers-size"}

_lines := {
	"proxy-next-upstream": "grpc_next_upstream",
	"proxy-next-upstream-timeout": "grpc_next_upstream_timeout",
	"proxy-next-upstream-tries": "grpc_next_upstream_tries",
	"proxy-ssl-ciphers": "grpc_ssl_ciphers",
	"proxy-ssl-name": "grpc_ssl_name",
	"proxy-ssl-protocols": "grpc_ssl_protocols",
	"proxy-ssl-secret": "grpc_ssl_trusted_certificate, grpc_ssl_certificate and grpc_ssl_certificate_key",
	"proxy-ssl-server-name": "grpc_ssl_server_name",
	"proxy-ssl-verify": "grpc_ssl_verify",
	"proxy-ssl-verify-depth": "grpc_ssl_verify_depth",
	"disable-proxy-intercept-errors": "grpc_intercept_errors",
}
