#!/bin/sh
# Judges every Ingress of the cluster as what ingress-nginx makes of it: the summary goes to the log,
# the counts to METRICS, and from there to PUSHGATEWAY (http://HOST:9091) where that is set.
# Exit status 0: judged, whatever was found; 2: it could not be.
set -u
metrics=${METRICS:-/tmp/nginx-grpc.prom}
objects=$(mktemp)
trap 'rm -f "$objects"' EXIT
kubectl get ingressclass,ingress,configmap --all-namespaces --output yaml >"$objects" || exit 2
nginx-grpc check "$objects" ${CONFIGMAP:+--controller-configmap "$CONFIGMAP"} ${SETTINGS:+--settings "$SETTINGS"} \
    --format concise --format prometheus --output "$metrics"
status=$?
[ "$status" -lt 2 ] || exit 2
[ -z "${PUSHGATEWAY:-}" ] || python3 -c '
import sys, urllib.request
url = sys.argv[1].rstrip("/") + "/metrics/job/nginx-grpc-audit"
body = open(sys.argv[2], "rb").read()
urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=10).close()
' "$PUSHGATEWAY" "$metrics" || exit 2
