#!/bin/sh
# Builds one tool at its pinned version into .tools/bin.
# Usage: tools/install-go-tool.sh NAME PYTHON
set -eu
cd "$(dirname "$0")/.."
. tools/versions.env
name=$1
python=$2
flags="-s -w"
case $name in
    opa) package=github.com/open-policy-agent/opa@v$OPA_VERSION ;;
    conftest)
        package=github.com/open-policy-agent/conftest@v$CONFTEST_VERSION
        # Without it `conftest --version` says "dev".
        flags="$flags -X github.com/open-policy-agent/conftest/internal/version.Version=$CONFTEST_VERSION"
        ;;
    grpcurl) package=github.com/fullstorydev/grpcurl/cmd/grpcurl@v$GRPCURL_VERSION ;;
    actionlint) package=github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT_VERSION ;;
    crane) package=github.com/google/go-containerregistry/cmd/crane@v$CRANE_VERSION ;;
    *)
        echo "tools/install-go-tool.sh: $name: not a tool of this project; see tools/versions.env" >&2
        exit 2
        ;;
esac
go=$(sh tools/find-go.sh "$python")
# As in build_apiserver.sh: with other flags Go compiles its own library once more.
export GOFLAGS="-trimpath -buildvcs=false"
echo "Building $package (the first time takes minutes)"
GOTOOLCHAIN=local GOBIN="$PWD/.tools/bin" "$go" install -ldflags "$flags" "$package"
