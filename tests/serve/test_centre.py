"""The listener of the centre."""

import socket

from opsroom.serve import centre


def test_the_body_of_an_answer_waits_for_no_acknowledgement_of_its_head() -> None:
    listening = centre._listening  # pyright: ignore[reportPrivateUsage]  # what uvicorn is given
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
