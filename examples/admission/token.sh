#!/bin/sh
# Makes the token that the webhook shows to OPA, and the digest that OPA knows it by.
# Usage: token.sh FOLDER
set -eu
folder=${1:?usage: token.sh FOLDER}
umask 077
mkdir -p "$folder"
token=$(openssl rand -hex 32)
printf '%s' "$token" >"$folder/token"
digest=$(printf '%s' "$token" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
printf '{"nginx_grpc_admission": {"token_sha256": "%s"}}\n' "$digest" >"$folder/token.json"
