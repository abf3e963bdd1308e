#!/bin/sh
# Builds what the admission tests need beside Debian's etcd: kube-apiserver, kubectl and the load
# program, into .tools/bin.
# Usage: tools/build_apiserver.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
python=$1
out=$PWD/.tools/bin
version=$(sed -n 's|^	k8s.io/kubernetes v||p' tests/admission/apiserver/go.mod)
go=$(sh tools/find-go.sh "$python")
stamp="-s -w -X k8s.io/component-base/version.gitVersion=v$version"
stamp="$stamp -X k8s.io/component-base/version.gitMajor=${version%%.*}"
minor=${version#*.}
stamp="$stamp -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
echo "Building kube-apiserver and kubectl $version (the first time takes minutes)"
cd tests/admission/apiserver
# As in install-go-tool.sh: with other flags Go compiles its own library once more.
export GOTOOLCHAIN=local GOFLAGS="-mod=readonly -trimpath -buildvcs=false"
nice "$go" build -ldflags "$stamp" -o "$out/kube-apiserver" .
nice "$go" build -ldflags "$stamp" -o "$out/kubectl" ./kubectl
nice "$go" build -ldflags "-s -w" -o "$out/admission-load" ./load
