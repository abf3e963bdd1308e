#!/bin/sh
# Builds the signed OPA bundle: the policy without its tests, and the settings as data.
# The same sources, settings and key give the same bytes.
# Usage: [KEY=private.pem] [SETTINGS=nginx-grpc.yaml] [REVISION=text] tools/bundle.sh [OUT]
#   OUT       dist/nginx-grpc-policy.tar.gz
#   KEY       an RSA key; without it one is made for trying out, build/bundle.key
#   SETTINGS  examples/admission/settings.yaml. What admission needs and they do not say is added:
#             what can't be judged is denied, and waivers in comments do not count.
#   REVISION  the version and a digest of what is in the bundle
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.tools/bin:$PATH
export LC_ALL=C
out=${1:-dist/nginx-grpc-policy.tar.gz}
key=${KEY:-build/bundle.key}
settings=${SETTINGS:-examples/admission/settings.yaml}

if [ ! -e "$key" ]; then
    [ -z "${KEY:-}" ] || { echo "tools/bundle.sh: $key: no such key; name an RSA key in PEM" >&2; exit 2; }
    mkdir -p build
    (umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key" 2>/dev/null)
    echo "tools/bundle.sh: made $key for trying out; sign what you ship with a key of your own (KEY=...)" >&2
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
(cd policy && find . -name '*.rego' ! -name '*_test.rego' -print) | sort | while read -r file; do
    mkdir -p "$stage/bundle/$(dirname "$file")"
    cp "policy/$file" "$stage/bundle/$file"
done
mkdir "$stage/bundle/nginx_grpc"
# OPA's own YAML reader, so that these settings mean here what they mean to it.
opa eval --fail --format raw --data "$settings" \
    'json.marshal_with_options(object.union({"inline_waivers": "forbid", "not_judged": "deny"}, data.nginx_grpc), {"pretty": true})' \
    >"$stage/bundle/nginx_grpc/data.json" ||
    { echo "tools/bundle.sh: $settings: no settings under nginx_grpc; see nginx-grpc settings" >&2; exit 2; }
printf '{"roots": ["nginx/grpc", "nginx_grpc"], "rego_version": 1}\n' >"$stage/bundle/.manifest"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
digest=$(cd "$stage/bundle" && find . -type f -print | sort | xargs sha256sum | sha256sum | cut -c1-12)
mkdir -p "$(dirname "$out")"
# What OPA's configuration must name to accept it.
printf '{"keyid": "nginx-grpc", "scope": "admission"}\n' >"$stage/claims.json"
key=$(realpath "$key")
capabilities=$(realpath tools/capabilities.json)
# From inside: the paths in a bundle are the ones that opa was given.
(cd "$stage/bundle" && opa build --bundle . --revision "${REVISION:-$version-$digest}" \
    --capabilities "$capabilities" --signing-key "$key" --signing-alg RS256 \
    --claims-file ../claims.json --output ../bundle.tar.gz)
mv "$stage/bundle.tar.gz" "$out"
openssl pkey -in "$key" -pubout -out "${out%.tar.gz}.pub" 2>/dev/null
echo "$out: revision ${REVISION:-$version-$digest}; its key is verified with ${out%.tar.gz}.pub"
