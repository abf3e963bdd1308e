# METADATA
# title: Who may ask this OPA what
# description: The one decision, with the token; health, without. No policy, no data, no query.
package system.authz

default allow := false

allow if {
	input.method == "POST"
	input.path == ["v1", "data", "nginx", "grpc", "decision"]
	crypto.sha256(input.identity) == data.nginx_grpc_admission.token_sha256
}

allow if {
	input.method == "GET"
	input.path == ["health"]
}
