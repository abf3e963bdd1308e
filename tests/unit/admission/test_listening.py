"""The sockets that the webhook listens on."""

from __future__ import annotations

import socket

from nginx_grpc.admission import serve


def test_an_answer_in_two_parts_does_not_wait_for_the_first_ones_ack() -> None:
    with (
        serve.listen(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
