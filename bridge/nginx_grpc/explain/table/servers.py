"""What gRPC servers say of a path that they do not have; clients hand it on as it is."""

from nginx_grpc.explain.meanings.statuses import NO_METHOD

__all__ = ["ENTRIES"]

_NG209 = "tests/live/test_ng209_unreachable_pass.py"

ENTRIES = (
    NO_METHOD.said(
        "…unknown method … for service …",
        "…unknown service …",
        "…malformed method name: …",
        shown_by=_NG209,
    ),
    NO_METHOD.said(
        "…Method not found!",
        "…Method not found: …",
        "…The server does not implement the method …",
        "…Service is unimplemented.",
        "…Method is unimplemented.",
        shown_by="sources of gRPC C-core, grpc-java, grpc-js and grpc-dotnet",
    ),
)
