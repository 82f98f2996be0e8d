"""Fails every use of the network, in the tests' own process and, through PYTHONPATH, in every Python child of theirs.

Each attempt is also written to the file named by JIANWEN_TEST_NETWORK_LOG, so that one swallowed by a library still
fails the test. Local sockets (AF_UNIX) are no network.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_WATCHED = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _WATCHED:
        return
    address = arguments[1] if event in ("socket.connect", "socket.bind", "socket.sendto") else arguments[0]
    if isinstance(address, str | bytes) and event in ("socket.connect", "socket.bind", "socket.sendto"):
        return  # the path of a local socket
    attempt = f"{event} {address!r}"
    log = os.environ.get("JIANWEN_TEST_NETWORK_LOG")
    if log:
        with Path(log).open("a", encoding="utf-8") as stream:
            stream.write(attempt + "\n")
    raise PermissionError(f"no network in tests: {attempt}")


sys.addaudithook(_refuse)
