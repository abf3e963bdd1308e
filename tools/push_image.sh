#!/bin/sh
# Builds the webhook's image without a container runtime, and pushes it.
# Usage: tools/push_image.sh WHEEL REPOSITORY:TAG [BASE]
#   WHEEL       as `make build` leaves it in dist/
#   REPOSITORY  as registry.example.com/team/nginx-grpc; log in with `crane auth login` first
#   BASE        an image with python3 in it (python:3.13-slim-bookworm); PYTHON_VERSION says which
#               Python that is (3.13). `empty` for none: then a mounted one has to be there.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.tools/bin:$PATH
[ $# -ge 2 ] || { echo "usage: tools/push_image.sh WHEEL REPOSITORY:TAG [BASE]" >&2; exit 2; }
[ -f "$1" ] || { echo "tools/push_image.sh: $1: no such wheel; run make build first" >&2; exit 2; }
base=${3:-python:3.13-slim-bookworm}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" tools/image_layer.py "$1" "$stage/layer.tar" --python "${PYTHON_VERSION-3.13}"
if [ "$base" = empty ]; then
    set -- "$1" "$2" --oci-empty-base
else
    set -- "$1" "$2" --base "$base" --set-base-image-annotations
fi
to=$2
shift 2
crane append --platform linux/amd64 "$@" --new_layer "$stage/layer.tar" --new_tag "$to" >/dev/null
# Nobody in particular, and nothing that writes: as the manifests in examples/admission run it.
crane mutate "$to" --tag "$to" --user 65532:65532 \
    --entrypoint python3,-m,nginx_grpc \
    --env PYTHONPATH=/opt/nginx-grpc --env PYTHONDONTWRITEBYTECODE=1 >/dev/null
crane digest "$to"
