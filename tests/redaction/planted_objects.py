"""Objects of Kubernetes with words that are nobody's in every kind of place, see `planting`."""

from __future__ import annotations

from tests.redaction.planting import Planted

__all__ = ["PlantedObjects"]

CONTROLLER = """\
# {w} of {e}, {4}: {t}
apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller   # {m}
  namespace: ingress-nginx
  labels: {{app.kubernetes.io/part-of: {w}, {w}: "{t}", {w}.{h}/{w}: {w}}}
data:
  allow-snippet-annotations: "true"
  annotations-risk-level: Critical
  proxy-read-timeout: "300"
  upstream-keepalive-timeout: "{w}"
  ssl-protocols: TLSv1.2 TLSv1.3 {w}
  ssl-ciphers: ECDHE-{U}-AES128:{w}
  whitelist-source-range: {4}/32, {4}/24,{6}/64
  custom-http-errors: "404,{n}"
  block-user-agents: "~*{w},{w}"
  log-format-upstream: '$remote_addr {w} "$http_{w}" {t}'
  proxy-set-headers: {w}/headers
  add-headers: "{w}/{w}-{w}"
  error-log-path: /var/log/{w}/{w}.log
  hide-headers: X-{w},{w}
  global-auth-url: https://{w}:{w}@{h}/{w}?{w}={u}
  no-auth-locations: /{w},/{w}/{u}
  syslog-host: {h}
  otlp-collector-host: {4}
  {w}: {w}
  {w}-timeout: "{n}"
  proxy-read-{w}: "60"
  load-balance: {w}
  default-type: "text/{w}"
  lua-shared-dicts: "{w}: 20, {w}:{w}"
  http-snippet: |
    # {w} {e}
    map $http_{w} ${w} {{ default {w}; {w} "{t}"; }}
  server-snippet: "location /{w}.v1.{s}/ {{ return 403 \\"{w}\\"; }}"
  location-snippet: >-
    add_header {w}
    "{t}";
  main-snippet: env {U}={t};
---
"""
OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: headers, namespace: {w}}}
data: {{X-{w}: "{w} $http_{w}", Authorization: Basic {b}, Host: {h}}}
binaryData: {{{w}.bin: {b}}}
immutable: "{x}"
---
# nginx-grpc: ignore NG108 until=2999-01-01 owner={e} reason={w} {t}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {w}-{w}
  generateName: {w}
  namespace: &{w} {w}
  uid: 7fa1bc2d-{t}
  creationTimestamp: "2026-03-01T10:20:30Z"
  ownerReferences: [{{apiVersion: {h}/v1, kind: {s}, name: {w}, uid: {t}}}]
  managedFields:
  - manager: {w}
    fieldsV1: {{"f:metadata": {{"f:annotations": {{"f:{h}/{w}": {{}}}}}}}}
  labels:
    {w}: {w}
    app.kubernetes.io/name: !!str {w}
    zone.kubernetes.io/{w}: *{a}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {{"apiVersion":"v1","metadata":{{"name":"{w}","annotations":{{"{w}":"{b}"}}}},"spec":"{h}"}}
    {h}/{w}: "{w}"
    {w}: |
      {w} {t}
       {e}
    {w}.kubernetes.io/{w}: "{n}"
    nginx.ingress.kubernetes.io/backend-protocol: GRPC
    nginx.ingress.kubernetes.io/{w}: {w}
    nginx.ingress.kubernetes.io/proxy-{w}-timeout: {w}
    {w}.nginx.ingress.kubernetes.io/proxy-read-timeout: {w}
    nginx.{w}/backend-protocol: {w}
    nginx.org/{w}: {w}
    nginx.ingress.kubernetes.io/affinity: {w}
    nginx.ingress.kubernetes.io/proxy-read-timeout: "{w}"
    nginx.ingress.kubernetes.io/proxy-body-size: "{w}"
    nginx.ingress.kubernetes.io/auth-url: "https://{h}/{w}?{w}=$http_{w}"
    nginx.ingress.kubernetes.io/auth-signin: https://{h}/{u}
    nginx.ingress.kubernetes.io/auth-snippet: "proxy_set_header {w} {t};"
    nginx.ingress.kubernetes.io/auth-secret: {w}/{w}
    nginx.ingress.kubernetes.io/auth-type: {w}
    nginx.ingress.kubernetes.io/auth-realm: "{w}, {w} {e}"
    nginx.ingress.kubernetes.io/auth-tls-match-cn: CN={w}\\.{w}
    nginx.ingress.kubernetes.io/auth-tls-secret: {w}
    nginx.ingress.kubernetes.io/auth-tls-error-page: https://{h}/{w}.html
    nginx.ingress.kubernetes.io/auth-response-headers: X-{w}, Authorization,{w}
    nginx.ingress.kubernetes.io/canary-by-header: X-{w}
    nginx.ingress.kubernetes.io/canary-by-header-value: {t}
    nginx.ingress.kubernetes.io/canary-by-header-pattern: "^({w}|{m})[{w}]+$"
    nginx.ingress.kubernetes.io/canary-by-cookie: {w}
    nginx.ingress.kubernetes.io/configuration-snippet: |
      # {w}
      grpc_set_header x-{w} "{t}";  # {e}
      set ${w} $cookie_{w};
    nginx.ingress.kubernetes.io/server-snippet: >
      location /{w} {{ return 301
      https://{h}/{w}; }}
    nginx.ingress.kubernetes.io/modsecurity-snippet: |
      SecRule REQUEST_URI "{w}" "id:{n},msg:'{w}'"
      Include /etc/{w}/{w}.conf
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://{h}, https://*.{h}"
    nginx.ingress.kubernetes.io/cors-allow-headers: "X-{w},{w}"
    nginx.ingress.kubernetes.io/custom-headers: {w}/{w}
    nginx.ingress.kubernetes.io/denylist-source-range: "{4},{6}"
    nginx.ingress.kubernetes.io/mirror-target: "https://{h}$request_uri"
    nginx.ingress.kubernetes.io/permanent-redirect: 'https://{h}/{w}''{w}'
    nginx.ingress.kubernetes.io/proxy-cookie-domain: {h} {h}
    nginx.ingress.kubernetes.io/proxy-ssl-name: {h}
    nginx.ingress.kubernetes.io/proxy-ssl-secret: {w}/{w}
    nginx.ingress.kubernetes.io/proxy-ssl-ciphers: "{U}-AES256:!{w}"
    nginx.ingress.kubernetes.io/rewrite-target: /{w}/$2
    nginx.ingress.kubernetes.io/server-alias: "{h},~^{w}\\\\.{w}$"
    nginx.ingress.kubernetes.io/session-cookie-name: {w}
    nginx.ingress.kubernetes.io/session-cookie-path: /{w}
    nginx.ingress.kubernetes.io/upstream-hash-by: $http_{w}${w}
    nginx.ingress.kubernetes.io/upstream-vhost: "{w}.{h}"
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/x-forwarded-prefix: /{w}
    nginx.ingress.kubernetes.io/load-balance: {w}
    kubernetes.io/ingress.class: nginx-{w}
    cert-manager.io/cluster-issuer: {w}
    external-dns.alpha.kubernetes.io/hostname: {h}
spec:
  defaultBackend: {{service: {{name: {w}, port: {{name: {w}}}}}}}
  {w}: {{{w}: [{w}, {t}]}}
  rules:
  - host: {h}
    http:
      paths:
      - path: /{w}.v1.{s}
        pathType: Prefix
        backend: {{service: {{name: {w}-grpc-{w}, port: {{number: 80}}}}}}
      - path: /{w}(/|$)([{w}]+)
        pathType: ImplementationSpecific
        backend: {{service: {{name: "{w}", port: {{name: '{w}'}}}}}}
      - path: "/{u}/{w}"
        pathType: Exact
        backend: {{resource: {{apiGroup: {h}, kind: {s}, name: {w}}}}}
  - host: "*.{h}"
    http: {{paths: []}}
  tls: [{{secretName: {w}, hosts: [{h}, "{U}.{h}"]}}]
status: {{loadBalancer: {{ingress: [{{ip: {4}}}, {{ip: "{6}"}}, {{hostname: {h}}}]}}}}
---
{{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {{"name": "{w}"}},
 "spec": {{"template": {{"spec": {{"containers": [{{
   "name": "{w}", "image": "{h}/{w}/{w}:{w}@sha256:{t}",
   "env": [{{"name": "{U}", "value": "{t}"}}, {{"name": "{U}_{U}", "value": "{e}"}}],
   "args": ["--{w}={w}", "-{w}", "{4}:8080"], "command": ["/bin/{w}"]}}],
   "serviceAccountName": "{w}"}}}}, "selector": {{"matchLabels": {{"{w}": "{w}"}}}}}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: {w}, namespace: {w}}}
type: {h}/{w}
data: {{{w}: {b}, password: {b}}}
stringData: {{{w}: {t}}}
---
apiVersion: {h}/v1beta1
kind: {s}
metadata: {{name: {w}}}
spec:
  {w}: {{{w}: "{w}", {m}: [1, {n}, {t}], cookie: !!str {w}}}
  "{w} {w}": >
    {w} {w}
    {t}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {w}}}
data:
  {w}.sh: |+
    #!/bin/{w}
    echo {t}

  {w}.json: '{{"{w}": "{b}"}}'
  {w}: "{w}"
"""
_TEXT = (CONTROLLER + OBJECTS).lower()


class PlantedObjects(Planted):
    """A dump of a cluster and what was planted in it.

    Args:
        seed: for the words.
        rounds: how many times the objects are there.
    """

    def __init__(self, seed: int, rounds: int = 2) -> None:
        super().__init__(seed, rounds=0)
        self.words.clear()
        # An alias is the anchor's name once more.
        parts = [self.fill(OBJECTS.replace("*{a}", "*{{a}}")) for _ in range(rounds)]
        parts = [part.replace("*{a}", "*" + part.split("&")[1].split()[0]) for part in parts]
        self.text = self.fill(CONTROLLER) + "---\n".join(parts)

    def word(self) -> str:
        """See Planted; it is no part of what stands in the objects anyway."""
        word = super().word()
        if any(form in _TEXT for form in (word, word[::-1])):
            self.words.pop()
            return self.word()
        return word
