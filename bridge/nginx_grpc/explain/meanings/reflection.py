"""What tools say that ask a server for its services."""

from nginx_grpc.explain.entries import Entry, rule, server

__all__ = ["NO_REFLECTION"]

NO_REFLECTION = Entry(
    "no-reflection",
    "A tool as grpcurl asked which services there are, by a call to grpc.reflection, and got "
    "UNIMPLEMENTED. Other calls may work all the same.",
    (
        rule(
            "",
            "no location with grpc_pass has the paths of grpc.reflection.v1.ServerReflection and "
            "grpc.reflection.v1alpha.ServerReflection",
            "location.handler",
        ),
        server(
            "it does not offer reflection",
            "Does it answer when it is called directly? With -proto grpcurl does not ask.",
        ),
    ),
)
