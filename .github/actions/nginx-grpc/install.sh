#!/usr/bin/env bash
# Installs nginx-grpc for the action into a folder of its own in $RUNNER_TEMP.
# Reads ENGINE, INTERPRETER, VERSION (empty: the code beside this file, so that the action's commit
# pins it).
set -euo pipefail
. "$GITHUB_ACTION_PATH/environment.sh"

venv=$RUNNER_TEMP/nginx-grpc
extra=
case $ENGINE in http://* | https://*) extra='[opa]' ;; esac
python=$(type -P -- "$INTERPRETER") || {
    echo "::error::the input python names no program outside of the workspace; set it, or use actions/setup-python"
    exit 2
}
case $python in /*) ;; *) python=$PWD/$python ;; esac
# pip and the programs behind some a python3 look for settings where they run.
cd /
"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "::error::nginx-grpc needs Python 3.10 or newer; set the input python, or use actions/setup-python"
    exit 2
}

if [ -n "$VERSION" ]; then
    case $VERSION in
        *[!0-9a-z.]*)
            echo "::error::the input version is no version; give one as 0.2.0"
            exit 2
            ;;
    esac
    what="nginx-grpc-policy$extra==$VERSION"
else
    source=$(cd "$GITHUB_ACTION_PATH/../../.." && pwd)
    what="$source$extra"
    # One pins what is installed, the other what builds it; an older pip has the first for both.
    export PIP_CONSTRAINT=$source/requirements/dev.txt PIP_BUILD_CONSTRAINT=$source/requirements/dev.txt
fi
# A job may use the action several times.
if [ "$(cat "$venv/installed" 2>/dev/null)" = "$what" ]; then exit 0; fi
"$python" -I -m venv "$venv"
"$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check "$what"
"$venv/bin/python" -I -m nginx_grpc --version
echo "$what" >"$venv/installed"
