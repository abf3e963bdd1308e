"""The words that belong to Kubernetes and to ingress-nginx, and what stands where in objects."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.grammar import Owner
from nginx_grpc.redaction.texts import TOP
from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import ANNOTATIONS
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS

__all__ = [
    "ALIASES",
    "API_VERSION",
    "ENUMERATED",
    "FIELDS",
    "FREE",
    "KINDS",
    "NAMES",
    "NAMING_HEADERS",
    "OF_PREFIX",
    "OWN_PARTS",
    "PATH_TYPES",
    "PREFIXES",
    "ROLES",
    "SNIPPETS",
]

API_VERSION = expression(
    r"(?:(?:apps|batch|policy|autoscaling|extensions|(?:k8s|gateway)\.nginx\.org|cert-manager\.io"
    r"|(?:(?:gateway\.)?networking|rbac\.authorization|apiextensions|storage|discovery|node"
    r"|coordination|admissionregistration)\.k8s\.io)/)?v[0-9]{1,2}(?:(?:alpha|beta)[0-9]{1,2})?\Z"
)
KINDS = frozenset(
    """
    ConfigMap ConfigMapList List IngressList IngressClassList Deployment Service Ingress
    IngressClass Secret Namespace Pod
    DaemonSet StatefulSet Job CronJob ServiceAccount Role RoleBinding ClusterRole
    ClusterRoleBinding PersistentVolumeClaim HTTPRoute GRPCRoute Gateway Kustomization HelmRelease
    VirtualServer VirtualServerRoute TransportServer Template NetworkPolicy PodDisruptionBudget
    HorizontalPodAutoscaler Policy
    """.split()  # noqa: SIM905
)
FIELDS = frozenset(
    """
    apiVersion kind metadata name namespace labels annotations data binaryData stringData immutable
    items objects spec status template replicas selector matchLabels matchExpressions containers
    initContainers image imagePullPolicy command args env envFrom value valueFrom configMapKeyRef
    configMapRef secretKeyRef secretRef key optional ports containerPort hostPort port targetPort
    nodePort protocol type clusterIP loadBalancerIP resources limits requests cpu memory
    volumeMounts mountPath subPath readOnly volumes configMap secret emptyDir defaultMode items path
    livenessProbe readinessProbe startupProbe httpGet grpc tcpSocket exec initialDelaySeconds
    periodSeconds timeoutSeconds failureThreshold successThreshold scheme host rules http paths
    pathType backend service number tls hosts secretName ingressClassName serviceAccountName
    nodeSelector tolerations affinity securityContext runAsUser runAsNonRoot runAsGroup fsGroup
    allowPrivilegeEscalation capabilities drop add readOnlyRootFilesystem restartPolicy dnsPolicy
    hostNetwork terminationGracePeriodSeconds strategy rollingUpdate maxSurge maxUnavailable
    revisionHistoryLimit imagePullSecrets generation resourceVersion uid creationTimestamp
    parentRefs hostnames matches method backendRefs filters weight listeners parameters controller
    defaultBackend resource apiGroup loadBalancer ingress ip hostname finalizers ownerReferences uid
    managedFields manager operation time fieldsType fieldsV1 generateName
    """.split()  # noqa: SIM905
)
ROLES = {
    **dict.fromkeys(("name", "namespace", "secretName", "serviceName", "generateName"), "name"),
    "ingressClassName": "name",
    **dict.fromkeys(("host", "hosts", "hostname", "hostnames"), "host"),
    **dict.fromkeys(("creationTimestamp", "time"), "time"),
    **{key: key for key in ("apiVersion", "kind", "path", "pathType")},
}
PATH_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
NAMING_HEADERS = ("proxy-set-headers", "add-headers", "custom-headers", "auth-proxy-set-headers")

#: What is nginx's own text, with the block that it stands in.
SNIPPETS: dict[str, Owner] = {
    "auth-snippet": ("location", ("/",)),
    "configuration-snippet": ("location", ("/",)),
    "global-auth-snippet": ("location", ("/",)),
    "http-snippet": ("http", ()),
    "location-snippet": ("location", ("/",)),
    "main-snippet": TOP,
    "server-snippet": ("server", ()),
    "stream-snippet": ("stream", ()),
}
#: Names that every cluster has, or every installation of the controller.
NAMES = expression(
    r"(?:default|kube-system|kube-public|(?:(?P<before>.*-)?ingress-nginx(?:-controller)?)"
    r"|nginx-configuration)\Z"
)
#: The annotations that take names and texts of the user's own; of all others the controller takes a
#: known set of words and numbers.
FREE: dict[str, str] = {
    **dict.fromkeys(SNIPPETS, "snippet"),
    **dict.fromkeys(
        """
        auth-secret auth-tls-secret proxy-ssl-secret custom-headers auth-proxy-set-headers
        fastcgi-params-configmap default-backend proxy-set-headers add-headers
        """.split(),  # noqa: SIM905
        "name",
    ),
    **dict.fromkeys(
        "mirror-host proxy-ssl-name server-alias upstream-vhost session-cookie-domain".split(),  # noqa: SIM905
        "hosts",
    ),
    **dict.fromkeys(
        """
        canary-by-header auth-response-headers cors-allow-headers cors-expose-headers
        forwarded-for-header forwarded-host-header hide-headers global-auth-response-headers
        global-allowed-response-headers forwarded-for-proxy-protocol-header
        """.split(),  # noqa: SIM905
        "headers",
    ),
    **dict.fromkeys(
        """
        app-root rewrite-target x-forwarded-prefix session-cookie-path no-auth-locations
        no-tls-redirect-locations skip-access-log-urls
        """.split(),  # noqa: SIM905
        "paths",
    ),
    **dict.fromkeys(
        """
        auth-cache-key auth-realm auth-request-redirect auth-secret-type auth-signin
        auth-signin-redirect-param auth-tls-error-page auth-type auth-url canary-by-cookie
        canary-by-header-value cors-allow-methods cors-allow-origin fastcgi-index
        mirror-target modsecurity-snippet modsecurity-transaction-id opentelemetry-operation-name
        permanent-redirect proxy-cookie-domain proxy-cookie-path proxy-redirect-from
        proxy-redirect-to session-cookie-expires session-cookie-max-age session-cookie-name
        temporal-redirect upstream-hash-by allowlist-source-range denylist-source-range
        limit-allowlist limit-whitelist whitelist-source-range
        """.split(),  # noqa: SIM905
        "value",
    ),
    **dict.fromkeys(("ssl-ciphers", "proxy-ssl-ciphers"), "ciphers"),
    "canary-by-header-pattern": "pattern",
    "auth-tls-match-cn": "pattern",
}
ENUMERATED: dict[str, frozenset[str]] = {
    "annotations-risk-level": frozenset(("low", "medium", "high", "critical")),
    "load-balance": frozenset(("round_robin", "ewma")),
    "auth-type": frozenset(("basic", "digest")),
    "auth-secret-type": frozenset(("auth-file", "auth-map")),
}
ALIASES = {"proxy-body-size": "client_max_body_size", "proxy-request-buffering": "proxy_buffering"}
PREFIXES = frozenset(
    """
    nginx.ingress.kubernetes.io ingress.kubernetes.io nginx.kubernetes.io kubernetes.io k8s.io
    app.kubernetes.io nginx.org nginx.com kubectl.kubernetes.io ingressclass.kubernetes.io
    networking.k8s.io helm.sh meta.helm.sh cert-manager.io
    service.beta.kubernetes.io node.kubernetes.io topology.kubernetes.io
    """.split()  # noqa: SIM905
)
OF_PREFIX = frozenset(("nginx", "ingress", "kubernetes", "io", "org", "com"))
OWN_PARTS = frozenset(
    """
    class rewrite target configuration snippet cluster issuer app instance managed by part of
    component protocol path regex use cors origin allow proxy body size timeout read send connect
    ssl redirect force backend server name version chart release default is last applied hostname
    metadata services snippets location lb method keepalive mergeable type jwt sticky websocket
    """.split()  # noqa: SIM905
).union(
    *(name.split("-") for name in (*ANNOTATIONS, *KEYS)),
    *(name.split(".") for name in PREFIXES),
)
