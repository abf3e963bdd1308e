"""What is read of the samples, and what is refused for which reason."""

# The level of what is read.
READ = {
    "034-esp-nginx.conf": "main",
    "035-esp-nginx.conf": "main",
    "042-nginx-grpc-nginx.conf": "main",
    "067-nginx-grpc-web-nginx.conf": "main",
    "068-nginx-grpc-web-nginx-grpc-web.conf": "main",
    "069-nginx-grpc-web-nginx-native.conf": "main",
    "070-netbird-nginx.tmpl.conf": "http",
    "084-server-xray-nginx-grpc.tmpl": "server",
    "093-nginx-lint-0013-grpc-proxy.conf": "main",
    "094-nginx-lint-nginx.conf": "main",
    "095-nginx-lint-nginx.conf": "main",
    "096-grpc-nginx-example-nginx.conf": "http",
    "132-docs-provider-load-balancing-doc1.conf": "http",
    "133-docs-provider-tls-doc1.conf": "http",
    "134-docs-provider-tls-doc2.conf": "http",
    "142-documentation-grpc-health-check-doc1.conf": "server",
    "143-documentation-grpc-health-check-doc2.conf": "server",
    "144-documentation-grpc-health-check-doc3.conf": "server",
    "145-documentation-configure-gateway-doc1.conf": "server",
    "147-documentation-grpc-protection-doc1.conf": "http",
    "148-documentation-grpc-protection-doc2.conf": "main",
    "149-documentation-grpc-protection-doc3.conf": "http",
    "150-documentation-learn-about-deployment-doc1.conf": "main",
    "151-documentation-learn-about-deployment-doc2.conf": "main",
    "152-gripmock-tls-doc1.conf": "http",
    "153-nginx-grpc-web-readme-doc1.conf": "server",
    "154-nginx-grpc-web-deployment-doc1.conf": "server",
    "190-crlf-nebula-nginx.conf": "http",
    "191-xp-trap-messy.conf": "main",
    "192-xp-trap-quoted-right-brace.conf": "main",
    "194-xp-trap-lua-block-tricky.conf": "main",
    "195-xp-trap-non-unicode.conf": "main",
    "197-xp-trap-comments-between-args.conf": "main",
    "198-xp-trap-directive-with-space.conf": "main",
    "199-xp-trap-russian-text.conf": "main",
    "200-xp-trap-empty-value-map.conf": "main",
}

# The line and the reason of what is not.
REFUSED = {
    # server_name {API_DOMAIN};
    "005-couchers-api.conf": (4, "a Python format template"),
    # % if enable_debug:
    "033-esp-nginx-auto.conf.tmpl": (38, "a Mako template"),
    # {{ ansible_managed | comment }}
    "076-ansible-role-nginx-config-grpc.j2": (1, "a Jinja template"),
    # error_log ${{PROXY_ERROR_LOG}} ${{LOG_LEVEL}};
    "104-kong-nginx-kong.tmpl": (4, "a Penlight template"),
    # {% if user and user ~= '' then %}: lua-resty-template has Jinja's signs
    "105-apisix-ngx-tpl.tmpl": (4, "a Jinja template"),
    # {{ $all := . }}
    "106-ingress-nginx-nginx.tmpl.tmpl": (1, "a Go template"),
    # %%TEST_GLOBALS%% in front of the next directive, and of an upstream
    "117-nginx-grpc.t.conf": (1, "an nginx-tests template"),
    "118-nginx-grpc-early-hints.t.conf": (1, "an nginx-tests template"),
    "119-nginx-grpc-next-upstream.t.conf": (1, "an nginx-tests template"),
    "120-nginx-grpc-pass.t.conf": (1, "an nginx-tests template"),
    "121-nginx-grpc-request-buffering.t.conf": (1, "an nginx-tests template"),
    "122-nginx-grpc-ssl.t.conf": (1, "an nginx-tests template"),
    "123-nginx-grpc-trailers.t.conf": (1, "an nginx-tests template"),
    "124-nginx-proxy-ssl-conf-command.t.conf": (1, "an nginx-tests template"),
    "125-cloudendpoints-grpc-errors.t.conf": (1, "an nginx-tests template"),
    "126-cloudendpoints-grpc-grpc-override.t.conf": (1, "an nginx-tests template"),
    "127-cloudendpoints-grpc-uds.t.conf": (1, "an nginx-tests template"),
    "128-cloudendpoints-grpc-grpc-fallback.t.conf": (1, "an nginx-tests template"),
    "129-cloudendpoints-grpc-ssl-downstream.t.conf": (1, "an nginx-tests template"),
    "130-cloudendpoints-transcoding.t.conf": (1, "an nginx-tests template"),
    # as published: the server's last brace is missing
    "146-documentation-secure-traffic-doc1.conf": (2, 'a "}" is missing'),
    # ${install_note} on a line of its own
    "155-netbird-heredoc1.tmpl": (4, "${install_note} stands where a directive does"),
    # proxy_set_header Upgrade \$http_upgrade;
    "156-netbird-heredoc2.tmpl": (14, "a shell here-document"),
    # {{ include "fate.labels" . | indent 4 }} and others
    "165-kubefate-configmap.yaml": (12, "a Helm template"),
    "167-helm-charts-values.yaml": (0, "the values of a Helm chart"),
    # a chart's template, another controller's, and a script with one in it
    "175-zitadel-charts-ingress-zitadel.yaml": (1, "a Helm template"),
    "176-argo-cd-ingress-doc.yaml": (1, "this is an Ingress of class contour-internal"),
    "177-ingress-nginx-ingress-doc.yaml": (1, "a shell here-document"),
    # "left"-quote: nginx says unexpected "-"
    "193-xp-trap-quote-behavior.conf": (1, "right after a closing quote"),
    # nginx says unexpected "}"
    "196-xp-trap-missing-semicolon.conf": (5, 'a "}" inside a directive'),
}

# An Ingress of ingress-nginx, read as what the controller makes of it.
RENDERED = ("178-milvus-docs-ingress-doc.yaml",)
