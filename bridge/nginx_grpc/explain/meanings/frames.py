"""What stands around a client's message."""

from nginx_grpc.explain.entries import Entry, none

__all__ = ["HEAD"]

HEAD = Entry(
    "client-head",
    "The frame around a client's message.",
    (none("the message is in another line"),),
)
