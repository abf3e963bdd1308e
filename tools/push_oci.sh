#!/bin/sh
# Pushes the policy to an OCI registry, as one artifact for `conftest pull` and for OPA.
# Usage: tools/push_oci.sh REPOSITORY TAG [BUNDLE]
#   REPOSITORY  as registry.example.com/team/nginx-grpc-policy; log in with `crane auth login` first
#   BUNDLE      dist/nginx-grpc-policy.tar.gz, as `make bundle` leaves it
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.tools/bin:$PATH
[ $# -ge 2 ] || { echo "usage: tools/push_oci.sh REPOSITORY TAG [BUNDLE]" >&2; exit 2; }
bundle=${3:-dist/nginx-grpc-policy.tar.gz}
[ -f "$bundle" ] || { echo "tools/push_oci.sh: $bundle: no such bundle; run make bundle first" >&2; exit 2; }
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
python3 tools/oci_layout.py "$bundle" "$stage/artifact"
crane push "$stage/artifact" "$1:$2"
