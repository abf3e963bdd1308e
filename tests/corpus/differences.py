"""Where labels and verdicts differ, and who is right. docs/development/corpus.md is made from it.

The labels are a script's: it looked for directives in one file. Each difference was settled by
reading the file.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a label and a verdict differ.

    Args:
        pairs: the labels and verdicts that it explains.
        right: who is right.
        why: in a sentence or two, for a reader who has only the configuration.
    """

    pairs: frozenset[tuple[str, str]]
    right: str
    why: str


def _reason(pairs: str, right: str, why: str) -> Reason:
    """`pairs` as "missing/default, unknown/fine"."""
    split = (tuple(pair.strip().split("/")) for pair in pairs.split(","))
    return Reason(frozenset(split), right, why)


REASONS = {
    "default": _reason(
        "missing/default",
        "the verdict",
        "The directive is not written, and nginx's default is what the checklist asks for:"
        " `grpc_next_upstream error timeout`, as many tries as there are servers. With"
        " `explicit: required` in the settings the rule warns here, as the label does.",
    ),
    "no-pool": _reason(
        "missing/no pool, unknown/no pool",
        "the verdict",
        "`keepalive_timeout` is for idle connections in a pool, and none is sure to be there: a"
        " literal address never has one, an upstream block without `keepalive` has one only from"
        " nginx 1.29.7 on. NG104 says so, once; NG103 speaks as soon as the settings give that"
        " version, or the upstream has `keepalive`.",
    ),
    "elsewhere": _reason(
        "missing/unknown",
        "the verdict",
        "The file is a part of a configuration: what it does not say may stand in http{}, in"
        ' server{} or in an upstream block that is not here. The labels mean no more than "not in'
        ' this file".',
    ),
    "variable": _reason(
        "missing/unknown",
        "the verdict",
        "The target is a variable of the request: whether it leads to one server or to more, or to"
        " an upstream with health checks, is known when a call comes.",
    ),
    "no-such-upstream": _reason(
        "missing/unknown",
        "neither",
        "`grpc_pass grpc://backend` names an upstream that is not there, so that nginx does not"
        " start. There is nothing that a pool, a timeout or a server could be missing from; NG005"
        " says that the target names no upstream that is seen.",
    ),
    "too-short": _reason(
        "ok/fault",
        "the verdict",
        "The label is for any `grpc_read_timeout`; here it is 1s, 100ms and 2s, which ends every"
        " stream that is silent for longer. In this file that is on purpose (it provokes"
        " time-outs); its owner would say `longest_silence` in the settings, or waive NG106.",
    ),
    "unary": _reason(
        "missing/fine",
        "the verdict",
        "`/grpc.health.v1.Health/Check` is one unary method, whose answer comes at once: no stream"
        " is silent there.",
    ),
    "address": _reason(
        "unknown/fault",
        "the verdict",
        "`grpc://HOST:PORT` has a port, so that it is an address, whatever is put in, and never the"
        " name of an upstream block: nginx refuses a port behind one.",
    ),
    "filled-in": _reason(
        "unknown/fault",
        "both",
        "The label is about the template, the verdict about what it makes of itself here: an"
        " address. Where the variable holds the name of an upstream, NG104 is about that.",
    ),
    "grpc-web": _reason(
        "no/fine, unknown/fine",
        "the verdict",
        "With `grpc_web on` a module takes gRPC-Web from browsers, over HTTP/1.1 as well, and makes"
        " gRPC of it: the listener needs no HTTP/2.",
    ),
    "dialect": _reason(
        "no/unknown",
        "the verdict",
        "A second argument (`override`) is none of nginx's: this is the grpc_pass of Google's"
        " Extensible Service Proxy, which makes gRPC of JSON over HTTP/1.1, and the comment above"
        " the server says that REST clients come here.",
    ),
    "http-unseen": _reason(
        "no/unknown",
        "the verdict",
        "Only a server block is here. `http2 on` may stand in http{}, and `listen ... http2` in"
        " another server of the same socket.",
    ),
    "no-target": _reason(
        "unknown/fine, missing/unknown",
        "the verdict",
        "`grpc_pass;` has no target, which only a dialect accepts: there is no scheme to miss, and"
        " how many servers there are is not seen.",
    ),
}

# By file and line, as the labels have them: the items that differ, each with its reason.
DIFFERENCES = {
    "005-couchers-api.conf": {
        34: "2 no-pool, 4 elsewhere, 5 elsewhere",
    },
    "034-esp-nginx.conf": {
        25: "2 no-pool, 4 default",
    },
    "035-esp-nginx.conf": {
        29: "2 no-pool, 4 default, http2 dialect",
        41: "2 no-pool, 4 default",
    },
    "042-nginx-grpc-nginx.conf": {
        21: "2 no-pool, 4 default",
    },
    "067-nginx-grpc-web-nginx.conf": {
        52: "2 no-pool, 4 default, http2 grpc-web",
        78: "2 no-pool, 4 default, 5 too-short, http2 grpc-web",
        103: "2 no-pool, 4 default, 5 too-short, http2 grpc-web",
        133: "2 no-pool, 4 default, 5 too-short, http2 grpc-web",
    },
    "068-nginx-grpc-web-nginx-grpc-web.conf": {
        43: "2 no-pool, 4 default, 6 default",
    },
    "069-nginx-grpc-web-nginx-native.conf": {
        38: "2 no-pool, 4 default, http2 grpc-web",
        62: "2 no-pool, 4 default",
        88: "2 no-pool, 4 default",
    },
    "070-netbird-nginx.tmpl.conf": {
        69: "2 no-pool, 4 elsewhere",
        89: "2 no-pool, 4 elsewhere",
    },
    "084-server-xray-nginx-grpc.tmpl": {
        8: "2 no-pool, 3 address, 4 elsewhere, 7 elsewhere",
    },
    "093-nginx-lint-0013-grpc-proxy.conf": {
        28: "4 default",
        36: "4 default, 5 unary",
    },
    "094-nginx-lint-nginx.conf": {
        12: "2 no-such-upstream, 3 no-such-upstream, 4 default, 6 no-such-upstream",
    },
    "095-nginx-lint-nginx.conf": {
        14: "2 no-such-upstream, 3 no-such-upstream, 4 default, 6 no-such-upstream",
    },
    "096-grpc-nginx-example-nginx.conf": {
        9: "2 no-pool, 4 elsewhere, 5 elsewhere, http2 http-unseen",
    },
    "117-nginx-grpc.t.conf": {
        23: "2 no-pool, 4 default",
        35: "4 default",
        39: "2 no-pool, 4 default",
        44: "2 no-pool, 4 default",
        49: "2 no-pool, 4 default",
        54: "2 no-pool, 4 default",
    },
    "118-nginx-grpc-early-hints.t.conf": {
        26: "2 no-pool, 4 default",
        30: "4 default",
    },
    "119-nginx-grpc-next-upstream.t.conf": {
        24: "2 no-pool, 6 default",
        29: "2 no-pool, 6 default",
    },
    "120-nginx-grpc-pass.t.conf": {
        20: "4 default, 6 variable",
        24: "4 default, 6 variable",
        28: "4 default, 6 variable",
        32: "4 default, 6 variable",
    },
    "121-nginx-grpc-request-buffering.t.conf": {
        19: "2 no-pool, 4 default",
        31: "2 no-pool, 4 default",
    },
    "122-nginx-grpc-ssl.t.conf": {
        28: "2 no-pool, 4 default",
        41: "2 no-pool, 4 default",
        60: "4 default",
    },
    "123-nginx-grpc-trailers.t.conf": {
        22: "2 no-pool, 4 default",
    },
    "124-nginx-proxy-ssl-conf-command.t.conf": {
        35: "2 no-pool, 4 default",
    },
    "125-cloudendpoints-grpc-errors.t.conf": {
        16: "2 no-pool, 4 default",
    },
    "126-cloudendpoints-grpc-grpc-override.t.conf": {
        16: "2 no-pool, 4 default",
    },
    "127-cloudendpoints-grpc-uds.t.conf": {
        17: "2 no-pool, 4 default",
    },
    "128-cloudendpoints-grpc-grpc-fallback.t.conf": {
        16: "2 no-pool, 4 default",
    },
    "129-cloudendpoints-grpc-ssl-downstream.t.conf": {
        19: "1 no-target, 4 default, 6 no-target",
    },
    "130-cloudendpoints-transcoding.t.conf": {
        18: "2 no-pool, 4 default",
    },
    "132-docs-provider-load-balancing-doc1.conf": {
        33: "2 no-pool, 4 elsewhere, 5 elsewhere, 6 elsewhere",
    },
    "133-docs-provider-tls-doc1.conf": {
        11: "2 no-pool, 4 elsewhere, 5 elsewhere",
    },
    "134-docs-provider-tls-doc2.conf": {
        11: "2 no-pool, 4 elsewhere, 5 elsewhere",
    },
    "142-documentation-grpc-health-check-doc1.conf": {
        2: "4 elsewhere, 5 elsewhere, 6 elsewhere, 7 elsewhere",
    },
    "143-documentation-grpc-health-check-doc2.conf": {
        2: "4 elsewhere, 5 elsewhere, 7 elsewhere",
    },
    "144-documentation-grpc-health-check-doc3.conf": {
        2: "4 elsewhere, 5 elsewhere, 7 elsewhere",
    },
    "145-documentation-configure-gateway-doc1.conf": {
        10: "",
        22: "",
    },
    "146-documentation-secure-traffic-doc1.conf": {
        26: "",
        36: "",
    },
    "147-documentation-grpc-protection-doc1.conf": {
        4: "4 elsewhere, 5 elsewhere, 6 elsewhere, http2 http-unseen",
    },
    "148-documentation-grpc-protection-doc2.conf": {
        42: "2 no-pool, 4 default",
    },
    "149-documentation-grpc-protection-doc3.conf": {
        8: "4 elsewhere, 5 elsewhere, 6 elsewhere, http2 http-unseen",
    },
    "150-documentation-learn-about-deployment-doc1.conf": {
        66: "2 no-pool, 4 default",
    },
    "151-documentation-learn-about-deployment-doc2.conf": {
        73: "2 no-pool, 4 default",
    },
    "152-gripmock-tls-doc1.conf": {
        7: "2 no-pool, 4 elsewhere, 5 elsewhere",
    },
    "153-nginx-grpc-web-readme-doc1.conf": {
        10: "4 elsewhere, 6 elsewhere, 7 elsewhere, http2 grpc-web",
    },
    "154-nginx-grpc-web-deployment-doc1.conf": {
        8: "4 elsewhere, 6 elsewhere, 7 elsewhere, http2 grpc-web",
    },
    "155-netbird-heredoc1.tmpl": {
        74: "2 no-pool, 4 elsewhere",
    },
    "156-netbird-heredoc2.tmpl": {
        25: "2 no-pool, 3 filled-in, 4 elsewhere, 7 elsewhere",
    },
    "165-kubefate-configmap.yaml": {
        44: "2 no-pool, 4 default",
    },
}
