"""Importing libraries that bring urllib3 without its opening a port."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def portless() -> Iterator[None]:
    """While inside, urllib3 may be imported: it binds a local port on import to see whether the machine speaks IPv6,
    and need not, since nothing here ever uses a network."""
    speaks, socket.has_ipv6 = socket.has_ipv6, False
    try:
        yield
    finally:
        socket.has_ipv6 = speaks
