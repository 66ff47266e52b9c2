"""Ports for processes that train together."""

from __future__ import annotations

import socket


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
