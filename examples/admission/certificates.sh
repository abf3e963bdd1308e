#!/bin/sh
# Makes what the webhook and the API server need to know each other, where no cert-manager does it:
#   ca.crt ca.key           signs the other two; keep ca.key off the cluster
#   tls.crt tls.key         the webhook's, for NAME.NAMESPACE.svc
#   client.crt client.key   the API server's, presented to the webhook
# Running it again renews tls.* and client.* under the same ca.*.
# Usage: certificates.sh FOLDER [NAME.NAMESPACE] [DAYS] [SUBJECT-ALT-NAME]
set -eu
folder=${1:?usage: certificates.sh FOLDER [NAME.NAMESPACE] [DAYS] [SUBJECT-ALT-NAME]}
service=${2:-nginx-grpc-admission.nginx-grpc-admission}
days=${3:-365}
names=${4:-DNS:$service.svc,DNS:$service.svc.cluster.local}
umask 077
mkdir -p "$folder"
cd "$folder"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

sign() { # NAME COMMON-NAME EXTENSIONS
    key "$1.key.new"
    openssl req -new -key "$1.key.new" -subj "/CN=$2" -out "$1.csr"
    printf '%s\n' "basicConstraints=critical,CA:false" "keyUsage=critical,digitalSignature" "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -days "$days" -sha256 \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$1.ext" -out "$1.crt.new" 2>/dev/null
    mv "$1.key.new" "$1.key"
    mv "$1.crt.new" "$1.crt"
    rm -f "$1.csr" "$1.ext"
}

if [ ! -e ca.key ]; then
    key ca.key
    openssl req -x509 -new -key ca.key -subj "/CN=nginx-grpc-admission CA" -days 3650 -sha256 \
        -addext "basicConstraints=critical,CA:true" -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.crt
fi
sign tls "$service.svc" "extendedKeyUsage=serverAuth
subjectAltName=$names"
sign client kube-apiserver "extendedKeyUsage=clientAuth"
